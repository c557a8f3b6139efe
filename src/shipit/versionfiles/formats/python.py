"""Python modules: the version in `__version__ = "1.2.3"` at the top level, or in the variables that `paths` names.

>>> FORMAT.read('"A doc with __version__ = 0"\\n__version__: str = "1.2.3"')
'1.2.3'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, TextFormat, VersionFileError, cut, error_at, replace_non_ascii, select

if TYPE_CHECKING:
    import ast

_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_PLAIN = pattern(r"(?P<quote>\"{3}|'{3}|[\"'])(?P<content>[^\"'\\]*)(?P=quote)")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    found = select(text, _places(text), paths or ["__version__"])
    for place in found:
        if not place.literal:
            raise error_at(
                text,
                place.span.start,
                f"`{place.path}` is computed here, not written as a plain string",
                hint="name in `version-files` the file that contains the version",
            )
    return [place.span for place in found]


def _places(text: str) -> Iterator[Place]:
    """Yield the place of each assignment to a name at the top level."""
    body = text.removeprefix("\ufeff")
    lines = list(accumulate(map(len, _LINE.findall(body)), initial=len(text) - len(body)))
    for statement in _parse(body).body:
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        value: ast.expr | None = getattr(statement, "value", None)
        if value is not None and value.end_lineno and value.end_col_offset is not None:
            start = lines[value.lineno - 1] + value.col_offset
            end = lines[value.end_lineno - 1] + value.end_col_offset
            plain = _PLAIN.fullmatch(text, start, end)
            span = Span(*plain.span("content")) if plain else Span(start, end)
            yield from (Place(cut(target.id), span, bool(plain)) for target in targets if hasattr(target, "id"))


def _parse(text: str) -> ast.Module:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about the code of the user's module
            return ast.parse(replace_non_ascii(text))
    except SyntaxError as error:
        raise VersionFileError(f"this is not Python: {error.msg}", where=f"line {error.lineno}", hint=_FIX) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise VersionFileError(f"this Python cannot be read: {error}", hint=_FIX) from None


_FIX = "fix the file, or name another one in version-files"
FORMAT = TextFormat(_find)

"""VERSION and version.txt: a file that holds the version and nothing else.

>>> FORMAT.write("1.2.3\\n", "1.3.0")
'1.3.0\\n'
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Span, TextFormat, VersionFileError

_TEXT = pattern(r"\ufeff?\s*(v?[0-9]\S*)\s*")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    found = _TEXT.fullmatch(text)
    if found is None:
        raise VersionFileError(
            "this file does not hold one version and nothing else",
            hint="write only the version into it, such as `0.1.0`, or name the place of the version with `pattern`",
        )
    return [Span(*found.span(1))]


FORMAT = TextFormat(_find)

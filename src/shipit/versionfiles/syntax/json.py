"""The positions of the string values in JSON.

>>> [(place.path, place.span.of('{"a": {"b": "1.2.3"}}')) for place in json_places('{"a": {"b": "1.2.3"}}')]
[('a.b', '1.2.3')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, VersionFileError, cut, error_at

# Each string ends with `"`, because the text is valid JSON; `"?` keeps the time linear also in any other text.
_TOKEN = pattern(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},:]', re.DOTALL)


def json_places(text: str) -> Iterator[Place]:
    """Yield the place of each string value; items of arrays are numbered from 0. Raises `VersionFileError`."""
    _validate(text)
    scopes: list[_Scope] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "[{":
            scopes.append(_Scope(_path(scopes), token == "["))
        elif token in "]}":
            scopes.pop()
        elif token in ",:":
            scopes[-1].advance(token)
        elif scopes and scopes[-1].at_key:
            scopes[-1].key = token[1:-1]
        else:
            yield Place(_path(scopes), Span(match.start() + 1, match.end() - 1))


class _Scope(Struct):
    """An object or array that is being read: its path, and the index or the key of its current value."""

    path: str
    array: bool
    index: int = 0
    key: str = ""
    value: bool = False

    @property
    def at_key(self) -> bool:
        return not self.array and not self.value

    def advance(self, token: str) -> None:
        self.value = token == ":"
        self.index += token == ","


def _path(scopes: list[_Scope]) -> str:
    if not scopes:
        return ""
    scope = scopes[-1]
    name = str(scope.index) if scope.array else scope.key
    return cut(f"{scope.path}.{name}" if len(scopes) > 1 else name)


def _validate(text: str) -> None:
    import json

    try:
        json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise error_at(text, error.pos, f"this is not valid JSON: {error.msg}", hint="fix the file") from None
    except (RecursionError, ValueError) as error:
        raise VersionFileError(f"this JSON cannot be read: {error}", hint="fix the file") from None

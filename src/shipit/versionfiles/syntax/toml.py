"""The positions of the string values in TOML.

>>> text = '[tool]\\nx = { version = "1.2.3" }'
>>> [(place.path, place.span.of(text)) for place in toml_places(text)]
[('tool.x.version', '1.2.3')]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from shipit.core import limits
from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, VersionFileError, cut, error_at

# A string without an end goes up to the end of the text, so that no text is read twice.
_TOKEN = pattern(
    r"""
    (?P<comment> \#[^\n]* )
  | (?P<newline> \n )
  | (?P<long> \"{3} (?: \\. | \"{1,2} (?!\") | [^"\\]++ )*+ \"{0,5} | '{3} .*? (?: '{3,5} | \Z ) )
  | (?P<string> " [^"\\]*+ (?: \\. [^"\\]*+ )*+ "? | '[^']*+'? )
  | (?P<bare> [A-Za-z0-9_.:+-]++ )
  | (?P<mark> [\[\]{}=,] )
    """,
    re.VERBOSE | re.DOTALL,
)


def parse_toml(text: str) -> dict[str, Any]:
    """Return the data of a TOML document. Raises `VersionFileError`."""
    import tomllib

    _refuse_long_keys(text)
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise VersionFileError(f"this is not valid TOML: {error}", hint="fix the file") from None


def _refuse_long_keys(text: str) -> None:
    """Raise `VersionFileError` for a key with very many parts, which takes tomllib quadratic time."""
    parts = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        parts = parts + 1 + match.group().count(".") if kind in ("bare", "string") else 0
        if parts > limits.KEY_PARTS and kind == "bare":
            raise error_at(text, match.start(), f"a key has more than {limits.KEY_PARTS} parts", hint="shorten it")


def toml_places(text: str) -> Iterator[Place]:
    """Yield the place of each string value that is not in an array.

    The tables of an array of tables (`[[table]]`) are numbered from 0. Raises `VersionFileError`.
    """
    parse_toml(text)
    cursor = _Cursor()
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "newline":
            cursor.end_line()
        elif kind == "mark":
            cursor.mark(token)
        elif kind in ("string", "bare") and cursor.at_key:
            cursor.key.append(token.strip("." if kind == "bare" else token[0]))
        elif kind == "string" and not cursor.in_array:
            yield Place(cursor.path, Span(match.start() + 1, match.end() - 1))


class _Cursor(Struct):
    """The position of the scan: the table, the current key, and the open brackets in its value."""

    table: str = ""
    key: list[str] = field(default_factory=list)
    path: str = ""
    at_key: bool = True
    header: str = ""
    brackets: list[tuple[str, str]] = field(default_factory=list)
    tables: Counter[str] = field(default_factory=Counter)

    @property
    def in_array(self) -> bool:
        return any(bracket == "[" for bracket, _ in self.brackets)

    def mark(self, token: str) -> None:
        if self.at_key and token in "[]":
            self.header += token
        elif token == "=":
            self.path = cut(".".join(filter(None, [self.brackets[-1][1] if self.brackets else self.table, *self.key])))
            self.at_key = False
        elif token in "[{":
            self.brackets.append((token, self.path))
            self._expect_key()
        elif token in "]}":
            self.brackets.pop()
            self.at_key = False
        else:
            self._expect_key()

    def end_line(self) -> None:
        if self.header:
            self._enter_table()
        self._expect_key()

    def _expect_key(self) -> None:
        """Prepare for the next token: it is a key, unless the innermost open bracket is an array."""
        self.key = []
        self.at_key = not (self.brackets and self.brackets[-1][0] == "[")

    def _enter_table(self) -> None:
        self.table = cut(".".join(self.key))
        if self.header.startswith("[["):
            self.tables[self.table] += 1
            self.table += f".{self.tables[self.table] - 1}"
        self.header = ""

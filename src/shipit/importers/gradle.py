"""Reader of a block of settings in a build script of Gradle, in Groovy or Kotlin. Code is never executed.

>>> read_block("scmVersion { tag { prefix.set('v') }; useHighestVersion = true; x = f() }", "scmVersion")
{'tag': {'prefix': 'v'}, 'useHighestVersion': True, 'x': CODE}
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from shipit.core import limits

_TOKEN = re.compile(
    r"""[^\S\n]++ | //[^\n]*+ | /\*.*?(?:\*/|\Z)
    | (?P<string> "(?:[^"\\\n$]|\\.){0,200}+" | '(?:[^'\\\n]|\\.){0,200}+' )
    | (?P<name> [A-Za-z_]\w*+ )
    | (?P<number> \d[\w.]*+ )
    | (?P<end> [\n;] )
    | (?P<mark> . )""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"true": True, "false": False}
_WRAPPERS = ("set", "setOf", "listOf", "mutableListOf", "arrayOf")

Token = tuple[str, str]


class _Code:
    """The value of a setting that is code."""

    def __repr__(self) -> str:
        return "CODE"


CODE = _Code()


def read_block(text: str, name: str) -> dict[str, Any] | None:
    """Return the settings in the block `name` of a script; None without one. The value of code is `CODE`."""
    tokens = [(each.lastgroup, each[0]) for each in _TOKEN.finditer(text) if each.lastgroup]
    for at, token in enumerate(tokens[:-1]):
        if token == ("name", name) and tokens[at + 1][1] == "{":
            return _Reader(tokens[at + 2 :]).block(0)
    return None


class _Reader:
    """A reader of the tokens after the opening brace of a block."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def block(self, depth: int) -> dict[str, Any]:
        """Read settings up to the closing brace."""
        found: dict[str, Any] = {}
        while self._at < len(self._tokens) and self._peek() != "}":
            kind, text = self._next()
            if kind == "name":
                self._setting(text, found, depth)
            elif kind != "end":
                self._skip_line()
        self._next()
        return found

    def _setting(self, name: str, found: dict[str, Any], depth: int) -> None:
        if self._peek() == "{":
            self._next()
            found[name] = self._inner(depth)
            return
        words: list[Token] = []
        while self._at < len(self._tokens) and self._peek() != "}" and self._tokens[self._at][0] != "end":
            if self._peek() == "{":
                self._next()
                self._skip_block()
                words.append(("mark", "{"))
            else:
                words.append(self._next())
        found[name] = _value(words)

    def _inner(self, depth: int) -> Any:
        """Read a nested block; one with parameters, or that is nested too deeply, is code."""
        start = self._at
        self._skip_block()
        inside = self._tokens[start : self._at]
        begin = "".join(takewhile(lambda text: text not in "{\n", (text for _, text in inside)))
        if depth >= limits.IMPORTED_DEPTH or "->" in begin:
            return CODE
        return _Reader(inside).block(depth + 1)

    def _skip_block(self) -> None:
        open = 1
        while open and self._at < len(self._tokens):
            open += {"{": 1, "}": -1}.get(self._next()[1], 0)

    def _skip_line(self) -> None:
        while self._at < len(self._tokens) and self._peek() != "}" and self._tokens[self._at][0] != "end":
            self._next()

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> Token:
        token = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        self._at += 1
        return token


def _value(words: list[Token]) -> Any:
    """Return the literal or the list of literals that the rest of a line has; `CODE` for anything else."""
    literals = [_literal(each) for each in words if each[0] in ("string", "number") or each[1] in _WORDS]
    others = [text for kind, text in words if kind in ("name", "mark") and text not in _WORDS]
    if not literals or any(text not in (*"=.(),[]", *_WRAPPERS) for text in others):
        return CODE
    several = len(literals) > 1 or "[" in others or any(text.endswith("Of") for text in others)
    return literals if several else literals[0]


def _literal(token: Token) -> Any:
    kind, text = token
    return text[1:-1] if kind == "string" else _WORDS.get(text, text)

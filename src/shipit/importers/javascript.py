"""Reader of settings in JavaScript and TypeScript that are a literal. Code is never executed, but refused.

>>> read_javascript("// ours\\nmodule.exports = { branches: ['main'], plugins: [], };")
{'branches': ['main'], 'plugins': []}
>>> read_javascript("const config = { ci: false }; export default config;")
{'ci': False}
>>> read_javascript("module.exports = { plugins: list() };")
Traceback (most recent call last):
shipit.importers.javascript.CodeError: line 1: `list` is code
"""

from __future__ import annotations

import re
from typing import Any

from shipit.core import limits

_TOKEN = re.compile(
    r"""\s++ | //[^\n]*+ | /\*.*?\*/
    | (?P<string> "(?:[^"\\\n]|\\.)*+" | '(?:[^'\\\n]|\\.)*+' | `(?:[^`\\]|\\.)*+` )
    | (?P<number> -?\d[\w.]*+ )
    | (?P<name> [A-Za-z_$][\w$]*+ )
    | (?P<mark> [{}\[\]:,;=.()<>|?*] )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r?\n)|(.))", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None, "Infinity": float("inf")}

_Token = tuple[str, str, int]
"""The kind of a token (string, number, name, mark or end), its text, and its line."""


class CodeError(Exception):
    """A text that is not a literal; the message names the line and the first token that is code."""


def read_javascript(text: str) -> Any:
    """Return the value that a module exports. Raises `CodeError` if it is not a literal."""
    return _Reader(_tokens(text)).module()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position, line = 0, 1
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise CodeError(f"line {line}: `{text[position : position + 20].splitlines()[0]}` is code")
        if token.lastgroup:
            found.append((token.lastgroup, token[0], line))
        line += token[0].count("\n")
        position = token.end()
    return [*found, ("end", "", line)]


class _Reader:
    """A reader of the tokens of one module."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._constants: dict[str, Any] = {}

    def module(self) -> Any:
        """Read statements up to the export, and return its value; what follows may only be a semicolon."""
        while True:
            kind, text, _ = self._next()
            if kind == "string" or text == ";":  # such as "use strict"
                continue
            if text in ("const", "let", "var"):
                self._constant()
            elif text == "module":
                self._expect(".", "exports", "=")
                return self._last(self._value())
            elif text == "import":
                self._import()
            elif text == "export":
                self._expect("default")
                return self._last(self._value())
            else:
                raise self._code()

    def _import(self) -> None:
        """Skip an import of types, which TypeScript removes; any other import is code."""
        if self._peek() != "type":
            raise self._code()
        while self._peek() != "from":
            self._next()
        self._next()
        if self._next()[0] != "string":
            raise self._code()

    def _constant(self) -> None:
        _, name, _ = self._next()
        if self._peek() == ":":  # a type of TypeScript
            while self._peek() not in ("=", ""):
                self._next()
        self._expect("=")
        self._constants[name] = self._value()

    def _last(self, value: Any) -> Any:
        if self._peek() in ("as", "satisfies"):
            while self._peek() not in (";", ""):
                self._next()
        while self._peek() == ";":
            self._next()
        if self._peek():
            self._next()
            raise self._code()
        return value

    def _value(self, depth: int = 0) -> Any:
        kind, text, _ = self._next()
        if depth > limits.IMPORTED_DEPTH:
            raise self._code()
        if kind == "string":
            return self._string(text)
        if kind == "number":
            return self._number(text)
        if text == "{":
            return dict(self._items("}", lambda: self._property(depth)))
        if text == "[":
            return self._items("]", lambda: self._value(depth + 1))
        if text in _WORDS:
            return _WORDS[text]
        if text in self._constants and self._peek() not in ("(", ".", "["):
            return self._constants[text]
        raise self._code()

    def _items(self, end: str, read: Any) -> list[Any]:
        found = []
        while self._peek() != end:
            found.append(read())
            if self._peek() != end:
                self._expect(",")
        self._next()
        return found

    def _property(self, depth: int) -> tuple[str, Any]:
        kind, text, _ = self._next()
        if kind not in ("string", "name", "number"):
            raise self._code()
        key = self._string(text) if kind == "string" else text
        if self._peek() in (",", "}") and key in self._constants:  # { plugins } is short for { plugins: plugins }
            return key, self._constants[key]
        self._expect(":")
        return key, self._value(depth + 1)

    def _string(self, text: str) -> str:
        if text[0] == "`" and re.search(r"(?<!\\)(?:\\\\)*\$\{", text):
            raise self._code()
        return _ESCAPE.sub(_unescaped, text[1:-1])

    def _number(self, text: str) -> float | int:
        try:
            return int(text) if text.removeprefix("-").isdigit() else float(text)
        except ValueError:
            raise self._code() from None

    def _peek(self) -> str:
        return self._tokens[self._at][1]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token[0] == "end" and self._at:
            raise CodeError(f"line {token[2]}: the literal has no end")
        self._at += 1
        return token

    def _expect(self, *texts: str) -> None:
        for text in texts:
            if self._next()[1] != text:
                raise self._code()

    def _code(self) -> CodeError:
        """Return the error for the token that was read last."""
        _, text, line = self._tokens[self._at - 1]
        return CodeError(f"line {line}: `{text[:40]}` is code")


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return "" if match[4] else _CONTROL.get(match[5], match[5])

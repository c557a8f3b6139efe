"""The tokens of Gradle build scripts in Groovy and Kotlin, to distinguish code from strings and comments.

>>> [token.text for token in tokens("version = '1.2.3' // not 9.9.9", GROOVY)]
['version', '=', '1.2.3']

A string is one token, including the code in `${...}`:

>>> [(token.kind, token.text) for token in tokens('"a${ f("b") }c"', KOTLIN)]
[('template', 'a${ f("b") }c')]

Sources: the lexical structure chapters of the Groovy and the Kotlin language documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct, field

from shipit.core.pattern import pattern
from shipit.versionfiles.base import error_at

Kind = Literal["name", "number", "string", "template", "open", "close", "newline", "other"]


class Token(NamedTuple):
    """A token of a script.

    A token of the kind `string` is a plain literal; a string with escapes or `$` has the kind `template`. `text` is
    without the quotes. `start` and `end` are positions in the script, with the quotes.
    """

    kind: Kind
    text: str
    start: int
    end: int

    def marks(self, *texts: str) -> bool:
        """Return whether this is one of the brackets or operators `texts`, and not a string with such a text."""
        return self.text in texts and self.kind in ("open", "close", "other")


class Dialect(Struct, frozen=True):
    """The differences between the two languages: their strings by opening quote, and whether comments can nest."""

    strings: Mapping[str, re.Pattern[str]]
    nested_comments: bool


def _string(end: str, *, escape: str | None = r"\\.", code: bool = False, lines: bool = False) -> re.Pattern[str]:
    parts = [f"(?P<escape>{escape})"] * (escape is not None)
    parts += [f"(?P<end>{end})"]
    parts += [r"(?P<code>\$\{)|(?P<variable>\$[^\W\d])"] * code
    parts += [r"(?P<broken>[\r\n])"] * (not lines)
    return pattern("|".join(parts), re.DOTALL)


GROOVY = Dialect(
    {
        "'''": _string("'''", lines=True),
        '"""': _string('"""', code=True, lines=True),
        "'": _string("'"),
        '"': _string('"', code=True),
        "$/": _string(r"/\$", escape=r"\$[$/]", code=True, lines=True),
        "/": _string("/", escape=r"\\/", code=True, lines=True),
    },
    nested_comments=False,
)
KOTLIN = Dialect(
    {
        '"""': _string('"{3,}', escape=None, code=True, lines=True),
        "'": _string("'"),
        '"': _string('"', code=True),
    },
    nested_comments=True,
)

_CODE = pattern(
    r"""
    (?P<blank> [^\S\r\n]+ | \ufeff | \\\r?\n | \A\#![^\r\n]* | //[^\r\n]* )
  | (?P<newline> \r\n? | \n )
  | (?P<comment> /\* )
  | (?P<quote> '{3} | \"{3} | ['"/] | \$/ )
  | (?P<name> [^\W\d][\w$]* | \$[\w$]* | `[^`\r\n]*` )
  | (?P<number> \d\w* )
  | (?P<open> [{(\[] )
  | (?P<close> [})\]] )
  | (?P<other> -> | =~ | ={2,3}~? | [-+*%?:!<>&|^]= | \?\. | . )
    """,
    re.VERBOSE,
)
_KINDS: dict[str, Kind] = {
    "name": "name",
    "number": "number",
    "open": "open",
    "close": "close",
    "newline": "newline",
}
_COMMENT_MARK = pattern(r"/\*|\*/")
_BEFORE_SLASHY = {"return", "in", "case", "assert"}  # after any other word, `/` is the division


def tokens(text: str, dialect: Dialect) -> list[Token]:
    """Return the tokens of `text` in order, without comments and spaces; empty lines are one token.

    Raises:
        VersionFileError: a string or a comment has no end.
    """
    lexer = _Lexer(text, dialect)
    position = 0
    while match := _CODE.match(text, position):
        position = lexer.step(match)
    if lexer.templates:
        raise error_at(text, lexer.templates[-1].start, "this string has no end", hint="close it")
    return lexer.found


class _Template(Struct):
    """A string whose code in `${...}` is being read: its opening quote, its start, and the number of open braces."""

    mark: str
    start: int
    braces: int = 0


class _Lexer(Struct):
    text: str
    dialect: Dialect
    found: list[Token] = field(default_factory=list)
    templates: list[_Template] = field(default_factory=list)
    last: Token | None = None  # the last token that is not a comment or a space, also inside a template

    def step(self, match: re.Match[str]) -> int:
        """Read one match of `_CODE`, and return the position of the next one."""
        kind, start = match.lastgroup, match.start()
        if kind == "blank":
            return match.end()
        if kind == "comment":
            return self._comment(start)
        if kind == "quote" and self._opens_string(match.group()):
            return self._string(match.group(), start, match.end(), plain=True)
        if self._closes_code(match.group()):
            template = self.templates.pop()
            return self._string(template.mark, template.start, match.end(), plain=False)
        return self._emit(Token(_KINDS.get(kind or "", "other"), match.group(), start, match.end()))

    def _emit(self, token: Token) -> int:
        self.last = token
        if not self.templates and not (token.kind == "newline" and self.found and self.found[-1].kind == "newline"):
            self.found.append(token)
        return token.end

    def _opens_string(self, mark: str) -> bool:
        if mark in ("/", "$/") and self.last and self.last.text not in _BEFORE_SLASHY:
            ends_expression = self.last.kind in ("name", "number", "string", "template", "close")
            return mark in self.dialect.strings and not ends_expression
        return mark in self.dialect.strings

    def _closes_code(self, mark: str) -> bool:
        """Return whether `mark` is the `}` that ends the code inside a string."""
        if not self.templates or mark not in ("{", "}"):
            return False
        self.templates[-1].braces += 1 if mark == "{" else -1
        return self.templates[-1].braces < 0

    def _string(self, mark: str, start: int, position: int, *, plain: bool) -> int:
        for match in self.dialect.strings[mark].finditer(self.text, position):
            if match.lastgroup == "end":
                content = "" if self.templates else self.text[start + len(mark) : match.end() - len(mark)]
                return self._emit(Token("string" if plain else "template", content, start, match.end()))
            if match.lastgroup == "code":
                self.templates.append(_Template(mark, start))
                self.last = None
                return match.end()
            if match.lastgroup == "broken":
                break
            plain = False
        raise error_at(self.text, start, "this string has no end", hint="close it")

    def _comment(self, start: int) -> int:
        depth = 0
        for match in _COMMENT_MARK.finditer(self.text, start):
            if match.group() == "*/":
                depth -= 1
            elif depth == 0 or self.dialect.nested_comments:
                depth += 1
            if depth == 0:
                return match.end()
        raise error_at(self.text, start, "this comment has no end", hint="close it with `*/`")

"""gradle.properties and other Java properties, in the forms `version=1.2.3`, `version: 1.2.3` and `version 1.2.3`.

>>> FORMAT.read("# version=9.9.9\\nversion = 1.2.3")
'1.2.3'

In `paths`, a property is named by its whole key including dots: `paths = ["app.version"]`.
Source: the documentation of `java.util.Properties.load`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Place, Span, TextFormat, cut, spans

_LINE = pattern(
    r"""
    \ufeff? [ \t\f]*
    (?: [#!] [^\r\n]*                                   # a comment; a backslash does not continue it
      | (?P<key> (?: \\. | [^\s=:\\]++ )++ ) (?: [ \t\f]*[=:] )? [ \t\f]*+
        (?P<value> (?: \\ (?: \r\n | . ) | [^\\\r\n]++ )*+ )  # a backslash continues the value on the next line
      | [^\r\n]*
    )
    (?: \r\n? | \n | \Z )
    """,
    re.VERBOSE | re.DOTALL,
)


def _places(text: str) -> Iterator[Place]:
    for match in _LINE.finditer(text):
        if match["key"]:
            start = match.start("value")
            yield Place(cut(match["key"]), Span(start, start + len(match["value"].rstrip(" \t\f"))))


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    return spans(text, _places(text), paths or ["version"])


FORMAT = TextFormat(_find)

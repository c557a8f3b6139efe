r"""Escapes that make any text safe within a Markdown page, without a change of the text that readers see.

>>> inline("use <script> & *stars*, keep snake_case and `a*b` as they are")
'use &lt;script> & \\*stars\\*, keep snake_case and `a*b` as they are'
>>> inline("thank @octocat for [x](y)")
'thank `@octocat` for \\[x\\](y)'
>>> inline("add search (#12)", Links("https://github.com/acme/app"))
'add search ([#12](https://github.com/acme/app/issues/12))'
"""

from __future__ import annotations

import re

from shipit.core.notes.links import Links

# Characters that might need an escape; most descriptions contain none of them.
_SPECIAL = re.compile(r"[&<@#*_~|`\\\[\]]")
# A line that begins like a heading, a quote or a list, or like a command for the runner of GitHub Actions
# (`::add-mask::x`), which reads the printed text.
_LEADING = re.compile(r"#{1,6}(?!\S)|[>=]|:(?=:)|[-+](?![^\s+-])|\d{1,9}(?=[.)](?!\S))")

_SPACES = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, and bidirectional overrides, which make text look like other text.
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Text that needs no escape: it begins with a letter, and at its end it can have the number of a pull request.
_ORDINARY = re.compile(
    r"([^\W\d_][^&<@#*_~|`\\\[\]\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]*)"
    r"(?:(?<= \()#([0-9]{1,9})\))?(?<!\s)"
)

# In this order: tokens that stay unchanged, tokens that are replaced, and single characters that are escaped.
# Only ASCII letters before `@` prevent a mention on GitHub: `가@user` notifies the user.
_TOKEN = re.compile(
    r"(?P<code>(`+)(?!`).{1,500}?(?<!`)\2(?!`))"
    r"|(?P<url>https?://(?=[A-Za-z0-9])[^\s<>`]*[^\s<>`.,;:!?'\")\]])"
    r"|(?P<mention>(?<![A-Za-z0-9_])@[A-Za-z0-9_](?:[A-Za-z0-9_@./-]*[A-Za-z0-9_])?)"
    r"|(?P<issue>(?<![\w/&!])#[0-9]{1,9}(?![\w@]))"
    r"|(?P<underscores>_+)"
    r"|(?P<less><)|(?P<entity>&(?=#?\w{1,40};))"
    r"|(?P<mark>`+|[*~|\[\]]|\\(?=[!-/:-@\[-`{-~]|http|$))"
)


def inline(text: str, links: Links | None = None) -> str:
    """Return one line of Markdown that readers see as `text`.

    Tags, mentions, links, images, headings, lists and emphasis in the text have no effect. Code spans and web addresses
    stay. `#12` becomes a link to the issue or pull request if `links` are given. Control characters and bidirectional
    overrides are removed; line breaks become spaces, and spaces at both ends are removed.
    """
    ordinary = _ORDINARY.fullmatch(text)
    if ordinary:
        before, number = ordinary.groups()
        return f"{before}[#{number}]({links.issue(number)}))" if links and number else text
    text = _escaped(_visible(text).strip(), links)
    start = _LEADING.match(text)
    if start is None:
        return text
    position = start.end() if text[0].isdigit() else 0
    return f"{text[:position]}\\{text[position:]}"


def item(text: str, links: Links | None = None) -> str:
    """Return text of one or more lines as the content of a list item; further lines are indented by two spaces."""
    if "\n" not in text:
        return inline(text, links)
    lines = "\n".join(inline(line, links) for line in text.splitlines()).strip("\n")
    return re.sub(r"(\n{1,2})\n*", r"\1  ", lines)


def link_destination(url: str) -> str:
    """Return a web address with those characters escaped that would end a Markdown link."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C")


def _visible(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", _SPACES.sub(" ", text)))


def _escaped(text: str, links: Links | None) -> str:
    special = _SPECIAL.search(text)
    word = text.rfind(" ", 0, special.start()) + 1 if special else len(text)
    return text[:word] + _escape(text[word:], links)


def _escape(text: str, links: Links | None) -> str:
    def replaced(token: re.Match[str]) -> str:
        kind = token.lastgroup
        if kind == "issue" and links:
            return f"[{token[0]}]({links.issue(token[0][1:])})"
        return _REPLACED[kind](token) if kind in _REPLACED else token[0]

    return _TOKEN.sub(replaced, text)


def _url(token: re.Match[str]) -> str:
    return f"<{token[0]}>" if _SPECIAL.search(token[0]) else token[0]


def _mention(token: re.Match[str]) -> str:
    # A space keeps this code span apart from a neighbouring one; otherwise their backticks would be read as one.
    before, after = _neighbours(token)
    return f"{' ' * (before == '`')}`{token[0]}`{' ' * (after == '`')}"


def _underscores(token: re.Match[str]) -> str:
    # An underscore between letters or digits is not markup (CommonMark 0.31, 6.2, rules 2 and 4).
    inside = all(character.isalnum() for character in _neighbours(token))
    return token[0] if inside else token[0].replace("_", r"\_")


def _neighbours(token: re.Match[str]) -> tuple[str, str]:
    """Return the characters before and after a token; empty at the ends of the text."""
    start, end = token.span()
    return token.string[start - 1 : start], token.string[end : end + 1]


def _mark(token: re.Match[str]) -> str:
    return "".join(f"\\{character}" for character in token[0])


_REPLACED = {
    "url": _url,
    "mention": _mention,
    "underscores": _underscores,
    "less": lambda _: "&lt;",
    "entity": lambda _: "&amp;",
    "mark": _mark,
}

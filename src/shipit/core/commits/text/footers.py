"""Parser of the body and the footers of a commit message.

A footer is `Token: value` or `Token #value` in the last paragraphs of the message; its value continues until the next
footer (Conventional Commits 1.0.0, items 8 to 10). The footers `BREAKING CHANGE` and `Release-As` decide the version,
so they are accepted at the start of any line outside code fences and quotes, not only in the last paragraphs.

>>> split_footers("Why.\\n\\nBREAKING CHANGE: v1 is removed\\nand v0 too\\nCloses #12")
('Why.', (Footer(token='BREAKING CHANGE', value='v1 is removed\\nand v0 too'), Footer(token='Closes', value='#12')))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from sys import intern

from msgspec import Struct

from shipit.core import limits
from shipit.core.redact import shortened


class Footer(Struct, frozen=True):
    """A footer: in `Closes: #12` the token is `Closes` and the value is `#12`. A value can have several lines."""

    token: str
    value: str

    @property
    def breaking(self) -> bool:
        """True for a footer that announces a breaking change."""
        return self.token in ("BREAKING CHANGE", "BREAKING-CHANGE")


_FOOTER = re.compile(
    r"""(?: (?P<item>[ ]{0,3}[*-][ ]+)? (?P<breaking>BREAKING[ -]CHANGE) (?:[ ]*[:：]|[ ]\#)
        | (?P<token>[^\W\d_][\w-]*+) (?::[ ]|[ ](?=\#)) )
        [^\S\n]*+ (?P<value>[^\n]*)""",
    re.VERBOSE,
)
# A footer of one line with the blank lines below it, but no `BREAKING CHANGE`. At any other text: all of the rest.
_ONE_LINE_FOOTER = re.compile(r"(?!BREAKING)([^\W\d_][\w-]*+)(?::[ ]|[ ](?=\#))[^\S\n]*+([^\n]*+)\n*+|[\s\S]++")
# A string, compiled at its first use: compiling is slow, and few messages need it.
_BREAKING_LOOKALIKE = r"""(?mx) ^[ \t*_\#-]*+
    (?: BREAKING[ -]?CHANGES?\b (?![ ]\#) | (?i:breaking(?:[ -]?changes?)?) [*_ \t]*+ [:：] )
    [*_ \t:：]*+ (?P<text>[^\n]*)"""
_HORIZONTAL_RULE = re.compile(r"[ \t]*-{3,}+[ \t]*+$", re.MULTILINE)
_ITEM = re.compile(r" {0,3}[*-] ")
_QUOTE_START = ("<details", "<blockquote")
_QUOTE_END = ("</details>", "</blockquote>")
_HEADER_ITEM = re.compile(r" {0,3}[*-] +\w+(?:\([^()]*\))?!? *[:：]")


def split_footers(text: str) -> tuple[str, tuple[Footer, ...]]:
    """Split a message without its header into the body and the footers. Takes linear time.

    Args:
        text: everything below the header, without blank lines at its start and end.
    """
    return _split_quickly(text) or _split_in_full(text)


def _split_quickly(text: str) -> tuple[str, tuple[Footer, ...]] | None:
    """Split a text whose last paragraph is footers of one line, or that has no footer; return None for any other."""
    head, _, last = text.rpartition("\n\n")
    if _might_have_footer(head) or "`" in head or "~" in head or "<" in head:  # a code block, or a quote
        return None
    if not _might_have_footer(last):
        return text, ()
    footers = _one_line_footers(last)
    return (head.strip(), footers) if footers else None


def _might_have_footer(text: str) -> bool:
    """Return whether `text` has a character that every footer has: a fast check before it is parsed."""
    return ":" in text or "#" in text or "：" in text


def _split_in_full(text: str) -> tuple[str, tuple[Footer, ...]]:
    first = _last_paragraphs(text)
    head = text[:first]
    if "REAKING" in head or might_request_version(head) or might_have_quotes(text):
        lines = text.split("\n")
        first_line = text.count("\n", 0, first) if first < len(text) else len(lines)
        return _collect(lines, quoted_lines(lines), first_line)
    if first == len(text):
        return text, ()
    if simple_footers := _one_line_footers(text, first):
        return head.strip(), simple_footers
    body, footers = _collect(text[first:].split("\n"), repeat(False), 0)
    return _joined([head, body]), footers


def might_request_version(text: str) -> bool:
    """Return whether `text` might contain a `Release-As` footer, in lower or upper case.

    A fast check before the text is parsed. It finds every such footer, and sometimes other text.
    """
    return "elease-" in text or "ELEASE-" in text


def might_mention_breaking(text: str) -> bool:
    """Return whether `text` might announce a breaking change, or contain a line that looks like an announcement.

    A fast check before the text is parsed.
    """
    return "reaking" in text or "REAKING" in text


def might_have_quotes(text: str) -> bool:
    """Return whether `text` might contain a fenced code block, or an HTML block that quotes other text.

    Searching one character first is ten times faster than searching three, and most texts do not contain it.
    """
    return (
        ("`" in text and "```" in text)
        or ("~" in text and "~~~" in text)
        or ("<" in text and any(start in text for start in _QUOTE_START))
    )


def _one_line_footers(text: str, position: int = 0) -> tuple[Footer, ...]:
    """Return the footers from the offset `position` on; nothing unless each line from there on is a complete footer."""
    found = _ONE_LINE_FOOTER.findall(text, position)
    if not found or not found[-1][0]:
        return ()
    return tuple([Footer(token, value.rstrip()) for token, value in found])


def _last_paragraphs(text: str) -> int:
    """Return the offset of the first of the last paragraphs that all start with a footer; `len(text)` without any."""
    first = end = len(text)
    while end > 0:
        blank = text.rfind("\n\n", 0, end)
        start = blank + 2 if blank >= 0 else 0
        if _FOOTER.match(text, start):
            first = start
        elif text[start : start + 1] not in "- \t" or not _HORIZONTAL_RULE.match(text, start):
            break
        end = blank
    return first


def _collect(lines: Sequence[str], quoted: Iterable[bool], first: int) -> tuple[str, tuple[Footer, ...]]:
    """Sort the lines into body and footers.

    Args:
        quoted: for each line, whether it belongs to a code block or a quote.
        first: index of the first line of the footer paragraphs. Above it, only footers that decide the version count.
    """
    body: list[str] = []
    footers: list[Footer] = []
    token, target, is_item, previous_line = "", body, False, ""
    value: list[str] = []  # of the footer `token`; a list for each footer would take much memory
    for index, (line, is_quoted) in enumerate(zip(lines, quoted, strict=False)):
        match = None if is_quoted else _FOOTER.match(line)
        if match and (target is not body or index >= first or _decides_version(match)):
            if token:
                footers.append(Footer(token, _joined(value)))
            token, is_item = intern(match["breaking"] or match["token"]), match["item"] is not None
            target = value = [match["value"]]
        else:
            if _ends_value(line, previous_line, is_item):
                target, is_item = body, False
            target.append(line)
        previous_line = line
    last = (Footer(token, _joined(value)),) if token else ()
    return _joined(body), (*footers, *last)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _decides_version(match: re.Match[str]) -> bool:
    return match["token"] is None or match["token"].lower() == "release-as"


def _ends_value(line: str, previous_line: str, is_item: bool) -> bool:
    """Return whether `line` no longer belongs to the value of the footer above it.

    A horizontal rule ends a value, and the next commit in the list of a squash commit. The value of a footer that is
    itself a list item (`is_item`) also ends at a blank line and at the next item.
    """
    if is_item:
        return not line.strip() or _ITEM.match(line) is not None
    if _HORIZONTAL_RULE.match(line):
        return True
    return not previous_line.strip() and _HEADER_ITEM.match(line) is not None


def quoted_lines(lines: Sequence[str]) -> list[bool]:
    """Return, for each line, whether it belongs to a fenced code block or to an HTML block that quotes other text.

    Renovate and Dependabot quote the release notes of a dependency in `<details>`. The marks themselves belong to the
    block. An HTML block that is never closed is none.
    """
    fenced = _inside_fences(lines)
    depth, start, quoted = 0, 0, list(fenced)
    for index, line in enumerate(lines):
        if fenced[index]:
            continue
        if line.lstrip()[:12].startswith(_QUOTE_START):
            start = start if depth else index
            depth += 1
        if depth and "</" in line:
            depth = max(0, depth - sum(map(line.count, _QUOTE_END)))
            if depth == 0:
                quoted[start : index + 1] = [True] * (index + 1 - start)
    return quoted


def _inside_fences(lines: Sequence[str]) -> list[bool]:
    fence, inside = "", []
    for line in lines:
        mark = line.lstrip()[:3]
        is_fence = mark in ("```", "~~~") and (not fence or mark == fence)
        inside.append(bool(fence) or is_fence)
        if is_fence:
            fence = "" if fence else mark
    return inside


def breaking_lookalikes(text: str) -> tuple[str, ...]:
    """Return a warning for each line that looks like a breaking change but does not follow the specification."""
    lines = text.split("\n")
    plain = "\n".join(line for line, fenced in zip(lines, quoted_lines(lines), strict=True) if not fenced)
    found = re.finditer(_BREAKING_LOOKALIKE, plain)
    return tuple(dict.fromkeys(_lookalike_warning(match) for match in found if not _announces_breaking(match[0])))


def _announces_breaking(line: str) -> bool:
    match = _FOOTER.match(line)
    return match is not None and match["breaking"] is not None


def _lookalike_warning(match: re.Match[str]) -> str:
    line, text = (shortened(part.strip(), limits.QUOTED_TEXT) for part in (match[0], match["text"]))
    return f"`{line}` looks like a breaking change; write `BREAKING CHANGE: {text}` at the start of a line"

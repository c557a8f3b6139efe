"""What follows the header of a message: its body, its footers, its breaking changes.

A footer is `Token: value` or `Token #value` in the last paragraphs; its value runs on to the next footer
(Conventional Commits 1.0.0, items 8 to 10). `BREAKING CHANGE` and `Release-As` decide versions, so they
count at the start of any line, outside code fences.

>>> split_footers("Why.\\n\\nBREAKING CHANGE: gone\\nfor good\\nCloses #12")
('Why.', (Footer(token='BREAKING CHANGE', value='gone\\nfor good'), Footer(token='Closes', value='#12')))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import repeat

from msgspec import Struct


class Footer(Struct, frozen=True):
    """One trailer line: `Closes: #12` is token `Closes`, value `#12`."""

    token: str
    value: str

    @property
    def breaking(self) -> bool:
        return self.token in ("BREAKING CHANGE", "BREAKING-CHANGE")


_FOOTER = re.compile(
    r"""(?: (?P<item>[ ]{0,3}[*-][ ]+)? (?P<breaking>BREAKING[ -]CHANGE) (?:[ ]*[:：]|[ ]\#)
        | (?P<token>[^\W\d_][\w-]*+) (?::[ ]|[ ](?=\#)) )
        [^\S\n]*+ (?P<value>[^\n]*)""",
    re.VERBOSE,
)
# A line that is a footer and nothing else, as nearly all of them are, with the blank lines that may follow.
_TRAILER = re.compile(r"(?!BREAKING)([^\W\d_][\w-]*+)(?::[ ]|[ ](?=\#))[^\S\n]*+([^\n]*)(?:\n+|\Z)")
# Compiled when it is first used, for it takes long and few messages need it.
_LOOK_ALIKE = r"""(?mx) ^[ \t*_\#-]*+
    (?: BREAKING[ -]?CHANGES?\b (?![ ]\#) | (?i:breaking(?:[ -]?changes?)?) [*_ \t]*+ [:：] )
    [*_ \t:：]*+ (?P<text>[^\n]*)"""
_RULE = re.compile(r"[ \t]*-{3,}+[ \t]*+$", re.MULTILINE)
_ITEM = re.compile(r" {0,3}[*-] ")
_HEADER_ITEM = re.compile(r" {0,3}[*-] +\w+(?:\([^()]*\))?!? *[:：]")


def split_footers(text: str) -> tuple[str, tuple[Footer, ...]]:
    """Body and footers of `text`, which is a message without its header. Takes linear time."""
    first = _last_paragraphs(text)
    head = text[:first]
    if "REAKING" in head or may_ask_for_version(head) or may_have_fences(text):
        lines = text.split("\n")
        return _collect(lines, inside_fences(lines), text.count("\n", 0, first) if first < len(text) else len(lines))
    if first == len(text):
        return text, ()
    if trailers := _trailers(text, first):
        return head.strip(), trailers
    body, footers = _collect(text[first:].split("\n"), repeat(False), 0)
    return _joined([head, body]), footers


def may_ask_for_version(text: str) -> bool:
    """Whether a `Release-As` footer may be in it, in any of the spellings that people use."""
    return "elease-" in text or "ELEASE-" in text


def may_look_breaking(text: str) -> bool:
    """Whether it may announce a breaking change, or seem to."""
    return "reaking" in text or "REAKING" in text


def may_have_fences(text: str) -> bool:
    """A look for one character takes a tenth of the time of one for three, and most texts have none."""
    return ("`" in text and "```" in text) or ("~" in text and "~~~" in text)


def _trailers(text: str, at: int) -> tuple[Footer, ...] | None:
    """The footers of `text` where from `at` on each line is one; None where there is more to it."""
    footers: list[Footer] = []
    end = len(text)
    while at < end:
        line = _TRAILER.match(text, at)
        if line is None:
            return None
        token, value = line.groups()
        footers.append(Footer(token, value.strip()))
        at = line.end()
    return tuple(footers)


def _last_paragraphs(text: str) -> int:
    """Where the run of paragraphs begins that ends the message and each start with a footer."""
    first = end = len(text)
    while end > 0:
        blank = text.rfind("\n\n", 0, end)
        start = blank + 2 if blank >= 0 else 0
        if _FOOTER.match(text, start):
            first = start
        elif text[start : start + 1] not in "- \t" or not _RULE.match(text, start):
            break
        end = blank
    return first


def _collect(lines: Sequence[str], fences: Iterable[bool], first: int) -> tuple[str, tuple[Footer, ...]]:
    """Sort lines into body and footers; before line `first` only deciding footers begin one."""
    body: list[str] = []
    footers: list[tuple[str, list[str]]] = []
    target, item, before = body, False, ""
    for at, (line, fenced) in enumerate(zip(lines, fences, strict=False)):
        match = None if fenced else _FOOTER.match(line)
        if match and (target is not body or at >= first or _decides(match)):
            target, item = [match["value"]], match["item"] is not None
            footers.append((match["breaking"] or match["token"], target))
        else:
            if _ends_value(line, before, item):
                target, item = body, False
            target.append(line)
        before = line
    return _joined(body), tuple(Footer(token, _joined(value)) for token, value in footers)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip()


def _decides(match: re.Match[str]) -> bool:
    return match["token"] is None or match["token"].lower() == "release-as"


def _ends_value(line: str, before: str, item: bool) -> bool:
    """A rule, the next commit of a squash body, or for a list item whatever follows it."""
    if item:
        return not line.strip() or _ITEM.match(line) is not None
    return _RULE.match(line) is not None or (not before.strip() and _HEADER_ITEM.match(line) is not None)


def inside_fences(lines: Sequence[str]) -> list[bool]:
    """For each line whether it belongs to a fenced code block, the fences included."""
    fence, inside = "", []
    for line in lines:
        mark = line.lstrip()[:3]
        is_fence = mark in ("```", "~~~") and (not fence or mark == fence)
        inside.append(bool(fence) or is_fence)
        if is_fence:
            fence = "" if fence else mark
    return inside


def look_alikes(text: str) -> tuple[str, ...]:
    """Remarks on lines that seem to announce a breaking change but by the specification do not."""
    if not may_look_breaking(text):
        return ()
    lines = text.split("\n")
    plain = "\n".join(line for line, fenced in zip(lines, inside_fences(lines), strict=True) if not fenced)
    remarks = (_remark(match) for match in re.finditer(_LOOK_ALIKE, plain) if not _marks_breaking(match[0]))
    return tuple(dict.fromkeys(remarks))


def _marks_breaking(line: str) -> bool:
    match = _FOOTER.match(line)
    return match is not None and match["breaking"] is not None


def _remark(match: re.Match[str]) -> str:
    line, text = (part.strip()[:100] for part in (match[0], match["text"]))
    return f"`{line}` looks like a breaking change; write `BREAKING CHANGE: {text}` at the start of a line"

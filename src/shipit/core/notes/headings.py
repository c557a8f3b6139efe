r"""Parser of the headings of a changelog, which recognizes those of versions.

>>> [heading.version for heading in headings("# Changelog\n\n## [1.2.0](x) (2026-01-31)\n\n### Fixes\n\n## v1.1.0\n")]
[None, '1.2.0', None, '1.1.0']
>>> [heading.version for heading in headings("```\n## 1.1.0\n```\n\n1.0.0 (2019-05-01)\n---\n")]
['1.0.0']
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import replace

# The line that closes a section if the text below it does not begin with a heading.
OLDER = "<!-- older entries -->"

_MARK = re.compile(
    r"^\ufeff?(?:"
    r"(?P<fence>[ ]{0,3}(?:`{3,}(?=[^`\n]*$)|~{3,}))"
    r"|(?P<comment>[ ]{0,3}<!--)"
    r"|(?P<hashes>#{1,6})(?=[ \t\r]|$)"
    r"|[ ]{0,3}(?P<underline>=+|-+)[ \t\r]*$"
    r")",
    re.MULTILINE,
)
_FENCE_END = re.compile(r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[ \t\r]*$", re.MULTILINE)
# A line that is a heading if a row of `=` or `-` is below it: any line but a list item, a quote, a table or markup.
_TITLE_LINE = re.compile(r"\ufeff?[ ]{0,3}(?![-*+>|#<`~=]|\d{1,9}[.)]\s)(?P<text>\S.*)")
_ANCHOR = re.compile(r"<a\s[^<>\n]*></a>[ \t\r]*\n[\r\n]*\Z")  # old conventional-changelog, before each version

# conventional-changelog, release-please, keepachangelog, changesets and plain headings, in English and Korean.
# Every part has a limit, and most are possessive (`{1,18}+`), so that also a hostile heading takes linear time.
_VERSION = re.compile(
    r"[^\w\[(]{0,4}(?:(?:version|release|what's changed in)\s+)?\[?(?:[a-z@][\w./@-]*[@/_-])?"
    r"v?(?P<version>\d{1,18}+\.\d{1,18}+(?:\.\d{1,18}+)?(?:-[0-9a-z.-]{1,200}+)?(?:\+[0-9a-z.-]{1,200}+)?)"
    r"\]?(?P<link>\(\S*\))?"
    r"(?:\s*|:.*|\s+변경 사항|\s+(?P<date>\(\d{4}\W.*)|\s+(?:[-–—/:(\"“]|\d{4}\b|released\b).*)",
    re.IGNORECASE,
)


class Heading(Struct, frozen=True):
    """A heading from the offset `start` to `end`.

    A code block or comment without an end is given as a heading too, because all text below belongs to it.
    """

    start: int
    end: int
    level: int
    text: str

    @property
    def version(self) -> str | None:
        """The version whose section begins with this heading; None for any other heading.

        Headings of level 3 are mostly parts of a section. There, only a version with a link or a date counts:
        standard-version writes its patch releases like that.
        """
        if self.level > 3:
            return None
        match = _VERSION.fullmatch(self.text)
        if match is None or (self.level == 3 and not (match["link"] or match["date"])):
            return None
        return match["version"]

    @property
    def unreleased(self) -> bool:
        """True for the heading of the changes that are not released yet."""
        return self.text.lstrip("[").lower().startswith(("unreleased", "미배포"))

    @property
    def closes_section(self) -> bool:
        """True if the section of a version ends above this heading."""
        return self.level <= 2 or self.version is not None


def headings(text: str) -> Iterator[Heading]:
    """Yield the headings outside code blocks and comments, from top to bottom."""
    position, fence_ends = 0, _FenceEnds(text)
    while mark := _MARK.search(text, position):
        if mark["fence"] or mark["comment"]:
            end = _block_end(text, mark, fence_ends)
            start = mark.start(mark.lastgroup or 0)
            if end is None or text[start:end] == OLDER:
                yield Heading(start, end or len(text), 2, "")
            position = end or len(text)
        else:
            position = _line_end(text, mark.end())
            heading = _atx(text, mark, position) if mark["hashes"] else _setext(text, mark, position)
            if heading:
                yield heading


class _FenceEnds:
    """The lines of a text that can end a code block. The text is read once, however many blocks have no end."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> dict[str, tuple[list[re.Match[str]], list[int]]]:
        """The lines for each character of fences, and for each line the longest fence in it and below it."""
        lines: dict[str, list[re.Match[str]]] = {"`": [], "~": []}
        for line in _FENCE_END.finditer(self._text):
            lines[line["fence"][0]].append(line)
        lengths = {mark: [len(line["fence"]) for line in reversed(found)] for mark, found in lines.items()}
        return {mark: (found, list(accumulate(lengths[mark], max))[::-1]) for mark, found in lines.items()}

    def below(self, position: int, fence: str) -> int | None:
        """Return the offset of the end of the block that `fence`, which ends at `position`, begins."""
        lines, longest = self._lines[fence[0]]
        first = bisect_left(lines, position, key=re.Match.start)
        if first == len(lines) or longest[first] < len(fence):
            return None
        below = (lines[index] for index in range(first, len(lines)))
        return next(line.end() for line in below if len(line["fence"]) >= len(fence))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _block_end(text: str, mark: re.Match[str], fence_ends: _FenceEnds) -> int | None:
    """Return the offset of the end of a code block or comment; None without an end (CommonMark 0.31, 4.5 and 4.6)."""
    if mark["comment"]:
        end = text.find("-->", mark.end() - 2)
        return None if end < 0 else end + len("-->")
    found = fence_ends.below(mark.end(), mark["fence"].strip())
    if found is not None:
        return found
    # A fence in a list item ends with the item.
    return _line_end(text, mark.end()) if mark["fence"].startswith(" ") else None


def _atx(text: str, mark: re.Match[str], end: int) -> Heading:
    """Return the heading of a line that begins with `#`; an anchor for the same version above it belongs to it."""
    start = mark.start("hashes")
    words = text[mark.end() : end].strip().rstrip("#").rstrip()
    heading = Heading(start, end, len(mark["hashes"]), words)
    anchor = _ANCHOR.search(text, max(0, start - 200), start)
    is_own = anchor is not None and heading.version is not None and heading.version in anchor[0]
    return replace(heading, start=anchor.start()) if anchor and is_own else heading


def _setext(text: str, mark: re.Match[str], end: int) -> Heading | None:
    """Return the heading above a row of `=` or `-`; None unless it is a single line below a blank line."""
    above = _line_start(text, mark.start() - 1)
    line = _TITLE_LINE.match(text, above, max(mark.start() - 1, 0))
    if line is None or text[_line_start(text, above - 1) : above].strip():
        return None
    return Heading(line.start(), end, 1 if mark["underline"][0] == "=" else 2, line["text"].strip())


def _line_start(text: str, position: int) -> int:
    """Return the offset of the start of the line that contains the offset `position`."""
    return text.rfind("\n", 0, max(position, 0)) + 1

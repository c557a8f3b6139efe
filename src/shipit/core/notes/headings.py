r"""Where the headings of a changelog are, and which of them open the section of a version.

>>> [heading.version for heading in headings("# Changelog\n\n## [1.2.0](x) (2026-01-31)\n\n### Fixes\n\n## v1.1.0\n")]
[None, '1.2.0', None, '1.1.0']
>>> [heading.version for heading in headings("```\n## 1.1.0\n```\n\n1.0.0 (2019-05-01)\n---\n")]
['1.0.0']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

# The line that closes a section where the text below it does not begin with a heading.
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
# A line that a row of `=` or `-` can make a heading: no list item, quote, table or markup.
_TITLE_LINE = re.compile(r"\ufeff?[ ]{0,3}(?![-*+>|#<`~=]|\d{1,9}[.)]\s)(?P<text>\S.*)")
_ANCHOR = re.compile(r"<a\s[^>\n]*></a>[ \t\r]*\n[\r\n]*\Z")  # old conventional-changelog, before each version

# conventional-changelog, release-please, keepachangelog, changesets and plain headings, in English and Korean.
# Every part has a limit, and most never give back (`{1,18}+`), which keeps hostile headings linear.
_VERSION = re.compile(
    r"[^\w\[(]{0,4}(?:(?:version|release|what's changed in)\s+)?\[?(?:[a-z@][\w./@-]*[@/_-])?"
    r"v?(?P<version>\d{1,18}+\.\d{1,18}+(?:\.\d{1,18}+)?(?:-[0-9a-z.-]{1,200}+)?(?:\+[0-9a-z.-]{1,200}+)?)"
    r"\]?(?P<link>\(\S*\))?"
    r"(?:\s*|:.*|\s+변경 사항|\s+(?P<date>\(\d{4}\W.*)|\s+(?:[-–—/:(\"“]|\d{4}\b|released\b).*)",
    re.IGNORECASE,
)


class Heading(Struct, frozen=True):
    """A heading from `start` to `end` (offsets); an unclosed block counts as one, since nothing can stand below it."""

    start: int
    end: int
    level: int
    text: str

    @property
    def version(self) -> str | None:
        """The version whose section this heading opens.

        At level 3, where sections have their parts, only a version with a link or a date is one
        (standard-version wrote its patch releases so).
        """
        if self.level > 3:
            return None
        found = _VERSION.fullmatch(self.text)
        if found is None or (self.level == 3 and not (found["link"] or found["date"])):
            return None
        return found["version"]

    @property
    def unreleased(self) -> bool:
        return self.text.lstrip("[").lower().startswith(("unreleased", "미배포"))

    @property
    def closes_section(self) -> bool:
        return self.level <= 2 or self.version is not None


def headings(text: str) -> Iterator[Heading]:
    """Every heading outside code fences and comments, in order."""
    at = 0
    while mark := _MARK.search(text, at):
        if mark["fence"] or mark["comment"]:
            end = _block_end(text, mark)
            start = mark.start(mark.lastgroup or 0)
            if end is None or text[start:end] == OLDER:
                yield Heading(start, end or len(text), 2, "")
            at = end or len(text)
        else:
            at = _line_end(text, mark.end())
            heading = _atx(text, mark, at) if mark["hashes"] else _setext(text, mark, at)
            if heading:
                yield heading


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _block_end(text: str, mark: re.Match[str]) -> int | None:
    """Where the fence or comment closes; None when it never does (CommonMark 0.31, 4.5 and 4.6)."""
    if mark["comment"]:
        end = text.find("-->", mark.end() - 2)
        return None if end < 0 else end + len("-->")
    fence = mark["fence"].strip()
    closing = re.compile(rf"^[ ]{{0,3}}{fence}{fence[0]}*[ \t\r]*$", re.MULTILINE)
    found = closing.search(text, _line_end(text, mark.end()))
    if found:
        return found.end()
    # A fence in a list item ends with the item.
    return _line_end(text, mark.end()) if mark["fence"].startswith(" ") else None


def _atx(text: str, mark: re.Match[str], end: int) -> Heading:
    start = mark.start("hashes")
    words = text[mark.end() : end].strip().rstrip("#").rstrip()
    heading = Heading(start, end, len(mark["hashes"]), words)
    anchor = _ANCHOR.search(text, max(0, start - 200), start)
    own = anchor is not None and heading.version is not None and heading.version in anchor[0]
    return replace(heading, start=anchor.start()) if anchor and own else heading


def _setext(text: str, mark: re.Match[str], end: int) -> Heading | None:
    """The single line above a row of `=` or `-`, when a blank line or nothing stands before it."""
    above = _line_start(text, mark.start() - 1)
    line = _TITLE_LINE.match(text, above, max(mark.start() - 1, 0))
    if line is None or text[_line_start(text, above - 1) : above].strip():
        return None
    return Heading(line.start(), end, 1 if mark["underline"][0] == "=" else 2, line["text"].strip())


def _line_start(text: str, at: int) -> int:
    """Where the line that holds the offset `at` begins."""
    return text.rfind("\n", 0, max(at, 0)) + 1

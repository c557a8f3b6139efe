"""Any file: the version is on lines with a mark, or between two marks.

A comment with `x-shipit-version` marks its line. Comments with `x-shipit-version-start` and `x-shipit-version-end` mark
the lines between them. The marks of release-please are the same: `x-release-please-version`, and
`x-release-please-start-version` with `x-release-please-end`.

>>> FORMAT.read("Port 1.0.0\\nimage: app:1.2.3  # x-shipit-version")
'1.2.3'
>>> FORMAT.read("<!-- x-shipit-version-start -->\\napp-1.2.3.jar\\n<!-- x-shipit-version-end -->")
'1.2.3'

A marked line must have exactly one version; a line between two marks can have none or one. In a pre-release, only a
number can follow a dot (`1.2.3-rc.1`), so that `.jar` after a version is not taken for a part of the version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.core.pattern import pattern
from shipit.versionfiles.base import Span, TextFormat, VersionFileError, error_at

_MARK = pattern(
    r"x-(?:shipit-version(?P<edge>-start|-end)?|release-please-(?:version|(?P<other>start-version|end)))(?![\w-])"
)
_LINE = pattern(r"[^\n]*\n?")
_EXTRA = r"[0-9A-Za-z-]*[0-9A-Za-z](?:\.\d+(?!\w))*"
# The source of a regular expression for one version in a text.
VERSION = rf"\d+\.\d+\.\d+(?!\d)(?!\.\d+(?!\w))(?:-{_EXTRA})?(?:\+{_EXTRA})?"
_VERSION = pattern(rf"(?<![\d.]){VERSION}")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    found = [span for line, marked in _marked_lines(text) for span in _on_line(text, line, marked)]
    if not found:
        raise VersionFileError(
            "no version in this file is marked", hint="add a comment with `x-shipit-version` to the line of the version"
        )
    return found


def _marked_lines(text: str) -> Iterator[tuple[Span, bool]]:
    """Yield the lines that can have a version; with True for a line with its own mark, which must have one."""
    block: Span | None = None
    for match in _LINE.finditer(text):
        line, mark = Span(*match.span()), _MARK.search(match.group())
        if mark and (edge := mark["edge"] or mark["other"]):
            block = line if "start" in edge else None
        elif mark or block:
            yield line, mark is not None
    if block:
        raise error_at(text, block.start, "this `x-shipit-version-start` has no end", hint="add `x-shipit-version-end`")


def _on_line(text: str, line: Span, marked: bool) -> list[Span]:
    found = [Span(*match.span()) for match in _VERSION.finditer(text, *line)]
    if len(found) > 1 or (marked and not found):
        what = f"this line contains {len(found)} versions"
        raise error_at(text, line.start, what, hint="mark a line that contains exactly one version")
    return found


FORMAT = TextFormat(_find)

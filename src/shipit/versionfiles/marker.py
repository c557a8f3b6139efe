"""Any file: the version on lines marked `x-shipit-version`, or between `-start` and `-end` of that mark.

>>> FORMAT.read("Port 1.0.0\\nimage: app:1.2.3  # x-shipit-version")
'1.2.3'
>>> FORMAT.read("<!-- x-shipit-version-start -->\\napp-1.2.3.jar\\n<!-- x-shipit-version-end -->")
'1.2.3'

A marked line holds one version; in a block, lines without one are left alone. Of a pre-release only numbers
follow a dot (`1.2.3-rc.1`), so that the `.jar` after a version is not taken for a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipit.versionfiles.base import Span, TextFormat, VersionFileError, fault

_MARK = re.compile(r"x-shipit-version(?P<edge>-start|-end)?(?![\w-])")
_LINE = re.compile(r"[^\n]*\n?")
_EXTRA = r"[0-9A-Za-z-]*[0-9A-Za-z](?:\.\d+(?!\w))*"
_VERSION = re.compile(rf"(?<![\d.])\d+\.\d+\.\d+(?!\d)(?!\.\d+(?!\w))(?:-{_EXTRA})?(?:\+{_EXTRA})?")


def _find(text: str, paths: Sequence[str]) -> list[Span]:
    found = [span for line, marked in _marked_lines(text) for span in _on_line(text, line, marked)]
    if not found:
        raise VersionFileError(
            "no version in this file is marked", hint="end its line with a comment that says `x-shipit-version`"
        )
    return found


def _marked_lines(text: str) -> Iterator[tuple[Span, bool]]:
    """The lines to look at; True with those that are marked themselves and so must hold a version."""
    block: Span | None = None
    for match in _LINE.finditer(text):
        line, mark = Span(*match.span()), _MARK.search(match.group())
        if mark and mark["edge"]:
            block = line if mark["edge"] == "-start" else None
        elif mark or block:
            yield line, mark is not None
    if block:
        raise fault(text, block.start, "this `x-shipit-version-start` has no end", hint="add `x-shipit-version-end`")


def _on_line(text: str, line: Span, marked: bool) -> list[Span]:
    found = [Span(*match.span()) for match in _VERSION.finditer(text, *line)]
    if len(found) > 1 or (marked and not found):
        raise fault(text, line.start, f"this line holds {len(found)} versions", hint="mark a line that holds just one")
    return found


FORMAT = TextFormat(("*",), _find)

"""A text of several lines within the limit of a service.

>>> fitted([Line("one"), Line("two & three")], lambda line: line.text.replace("&", "&amp;"), 12)
'one\\ntwo…'
>>> fitted([Line("one"), Line("two")], lambda line: line.text, 3)
'one'
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from shipit.core.notifications.lines import Line
from shipit.core.redact import CUT


def fitted(lines: Iterable[Line], render: Callable[[Line], str], limit: int) -> str:
    """Return the rendered lines. The line that exceeds the limit is shortened, and those after it are left out.

    Args:
        lines: the lines, those that matter most first.
        render: escapes a line for the service. A line is cut before it is escaped, so no escape is cut.
        limit: the longest text, in the units of UTF-16, which the services count.
    """
    text = ""
    for line in lines:
        longer = f"{text}\n{render(line)}" if text else render(line)
        if _length(longer) > limit:
            return text + _beginning(line, render, limit - _length(text) - 1)
        text = longer
    return text


def _beginning(line: Line, render: Callable[[Line], str], room: int) -> str:
    """Return the longest beginning of `line` that fits, after a line break; empty if a link or too little fits."""

    def length(characters: int) -> int:
        return _length(render(replace(line, text=line.text[:characters].rstrip() + CUT)))

    kept = bisect_right(range(len(line.text) + 1), room, key=length) - 1
    return f"\n{render(replace(line, text=line.text[:kept].rstrip() + CUT))}" if kept > 0 and not line.url else ""


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

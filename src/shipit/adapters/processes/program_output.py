"""The output of a running program."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Callable

from shipit.core import limits
from shipit.core.redact import shortened


class ProgramOutput:
    """The output of a program: copied to standard error line by line, without secrets.

    It does not go to standard output, which is for data. The last lines are kept for an error message. A line that is
    too long is copied without its end.

    Args:
        redact: removes the secrets from a line.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._incomplete: list[str] = []  # joined at the end of the line, so that many pieces take linear time
        self._length = 0
        self._lines: deque[str] = deque(maxlen=limits.ERROR_LINES)

    def write(self, text: str) -> None:
        """Add `text`, which can end within a line; a line is copied when it is complete, to find secrets in it."""
        first, *others = text.split("\n")
        self._extend(first)
        for part in others:
            self._end_line()
            self._extend(part)

    def finish(self) -> None:
        """Copy the last line if it does not end with a newline."""
        if self._incomplete:
            self._end_line()

    @property
    def tail(self) -> str:
        """The last lines, without secrets."""
        return "\n".join(self._lines).rstrip()

    def _extend(self, part: str) -> None:
        if part and self._length <= limits.OUTPUT_LINE:
            self._incomplete.append(part)
            self._length += len(part)

    def _end_line(self) -> None:
        line = shortened("".join(self._incomplete), limits.OUTPUT_LINE)
        self._incomplete, self._length = [], 0
        self._lines.append(self._redact(line))
        with contextlib.suppress(OSError):  # standard error is closed; the program must still be able to go on
            sys.stderr.write(self._lines[-1] + "\n")

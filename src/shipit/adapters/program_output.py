"""The output of a running program."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Callable

from shipit.core import limits


class ProgramOutput:
    """The output of a program: copied to standard error line by line, without secrets.

    It does not go to standard output, which is for data. The last lines are kept for an error message.

    Args:
        redact: removes the secrets from a line.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._incomplete = ""
        self._lines: deque[str] = deque(maxlen=limits.ERROR_LINES)

    def write(self, text: str) -> None:
        """Add `text`, which can end within a line; a line is copied when it is complete, to find secrets in it."""
        *lines, self._incomplete = (self._incomplete + text).split("\n")
        for line in lines:
            self._copy(line)

    def finish(self) -> None:
        """Copy the last line if it does not end with a newline."""
        if self._incomplete:
            self.write("\n")

    @property
    def tail(self) -> str:
        """The last lines, without secrets."""
        return "\n".join(self._lines).rstrip()

    def _copy(self, line: str) -> None:
        self._lines.append(self._redact(line))
        with contextlib.suppress(OSError):  # standard error is closed; the program must still be able to go on
            sys.stderr.write(self._lines[-1] + "\n")

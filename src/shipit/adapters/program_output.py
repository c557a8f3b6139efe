"""What a program says while it runs."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Callable

TAIL_LINES = 20


class ProgramOutput:
    """Passes lines on to standard error as they come, redacted, and keeps the last ones for an error.

    Standard output is data, so that nothing of this goes there.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._begun = ""
        self._lines: deque[str] = deque(maxlen=TAIL_LINES)

    def write(self, text: str) -> None:
        """Take `text`, which may end within a line: a secret is only seen in a whole one."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._pass_on(line)

    def finish(self) -> None:
        """Pass on a last line that has no end."""
        if self._begun:
            self.write("\n")

    @property
    def tail(self) -> str:
        """The last lines, redacted."""
        return "\n".join(self._lines).rstrip()

    def _pass_on(self, line: str) -> None:
        self._lines.append(self._redact(line))
        with contextlib.suppress(OSError):  # nobody listens, but the program must not wait for that
            sys.stderr.write(self._lines[-1] + "\n")

"""The guard of a command of the user: it ends the command with shipit, also what the command put into another session.

The guard reads a pipe from shipit. A line in it means that the command has ended. If the pipe is closed without a line,
then the time is over or shipit was killed: the guard kills all processes with the mark of the command in their
environment, and all of its process group. Without `/proc`, as on macOS, only those of the process group are found.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Sequence
from typing import IO

from shipit.core import limits

MARK = "SHIPIT_COMMAND"
"""Environment variable with the mark of the command."""

# Two times, because a process that is found can start another one meanwhile.
_GUARD = f"""\
mark={MARK}=$1; shift; exec 3<&0 </dev/null
{{
    read -r _ <&3 || {{
        cd /proc && for _ in 1 2; do kill -KILL $(grep -lsaxzF "$mark" [0-9]*/environ | cut -d/ -f1); done
        kill -KILL 0
    }}
}} >/dev/null 2>&1 &
export "$mark"; exec "$@" 3<&-"""


def guarded(command: str | Sequence[str]) -> list[str]:
    """Return `command`, a line for the shell or a program with its arguments, with a guard beside it."""
    argv = ["/bin/sh", "-c", command] if isinstance(command, str) else command
    return ["/bin/sh", "-c", _GUARD, "sh", os.urandom(8).hex(), *argv]


def end_all(program: subprocess.Popen[bytes], to_guard: IO[bytes]) -> None:
    """Close the pipe to the guard, so that it kills the processes of `program`, and wait until it has done so."""
    to_guard.close()
    deadline = time.monotonic() + limits.COMMAND_END
    with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
        program.wait(limits.COMMAND_END)
        while time.monotonic() < deadline:
            os.killpg(program.pid, 0)  # raises ProcessLookupError once the guard has ended, too
            time.sleep(0.01)

"""Processes of git that end in bounded time, and that do not outlive shipit when they talk to a remote."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import IO

from shipit.adapters.processes.bounded import REST, Pipes
from shipit.core import limits

REMINDER = 10.0
"""Seconds between two calls of `Waiting`."""

Waiting = Callable[[str, float, float], None]
"""Callback while git talks to a remote: a description, the seconds so far, and the limit in seconds."""
Output = tuple[int, bytes, bytes]
"""The exit status, the standard output and the standard error of a program."""


# The guard reads a pipe from shipit. A line in it means that git has ended. If the pipe is closed without a line, then
# shipit gave up or was killed: the guard ends all processes of the group, so that nothing is pushed later.
_GUARD = (
    'exec 3<&0 </dev/null; { read -r _ <&3 || { trap "" TERM; kill -TERM 0; sleep 2; kill -KILL 0; }; } '
    '>/dev/null 2>&1 & exec "$@" 3<&-'
)


class TimedOut(Exception):
    """A git process that was stopped at its limit; `programs` are the command lines of those that still ran."""

    def __init__(self, programs: Sequence[str] = ()) -> None:
        super().__init__("git did not end")
        self.programs = tuple(programs)


def guarded_argv(argv: Sequence[str]) -> list[str]:
    """Return the command that runs `argv` beside a guard, for `run_remote`."""
    return ["sh", "-c", _GUARD, "sh", *argv]


def run_local(program: subprocess.Popen[bytes]) -> Output:
    """Wait for `program` and return its output. Raises `TimedOut` after `limits.GIT_LOCAL`, and `TooMuchOutput`."""
    try:
        return _communicate(program, limits.GIT_LOCAL)
    finally:
        program.terminate()  # has no effect on a program that has ended
        _end(program, program.kill)


def run_remote(
    start: Callable[[IO[bytes]], subprocess.Popen[bytes]], limit: float, waiting: Callable[[float], None]
) -> Output:
    """Run a program that talks to a remote, and return its output.

    Args:
        start: starts a `guarded` command in a session of its own, with this standard input. In its own session, no
            program that git starts can ask a question on the terminal, and all of them can be ended together.
        limit: in seconds.
        waiting: called every `REMINDER` seconds with the seconds so far.

    Raises `TimedOut` after `limit`, and `TooMuchOutput`.
    """
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as stdin, open(write_end, "wb", buffering=0) as to_guard:
        program = start(stdin)
        try:
            output = _communicate(program, limit, waiting)
            to_guard.write(b"\n")
        except TimedOut:
            raise TimedOut(_programs_of(program.pid)) from None
        finally:
            to_guard.close()
            _end(program, lambda: os.killpg(program.pid, signal.SIGKILL))
    return output


def _communicate(
    program: subprocess.Popen[bytes], limit: float, waiting: Callable[[float], None] = lambda seconds: None
) -> Output:
    started, pipes = time.monotonic(), Pipes(program, limits.GIT_OUTPUT, limits.GIT_MESSAGES)
    while True:
        left = limit - (time.monotonic() - started)
        if pipes.read(min(left, REMINDER)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(max(0, min(left, REMINDER)))
        if program.poll() is not None:
            pipes.read(REST)  # if it left a process in the background, that one holds the pipes open
            return program.returncode, bytes(pipes.output), bytes(pipes.messages)
        if left <= REMINDER:
            raise TimedOut
        waiting(time.monotonic() - started)


def _end(program: subprocess.Popen[bytes], kill: Callable[[], None]) -> None:
    """Wait until `program` has ended; `kill` it if it does not end soon."""
    try:
        program.wait(limits.GIT_END)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            kill()
    with program:  # closes its pipes, and waits for it
        pass


def _programs_of(group: int) -> tuple[str, ...]:
    """Return the command lines of a group, with single spaces; empty if the system has no program `ps`."""
    try:
        listed = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pgid=,args="], capture_output=True, check=True, timeout=limits.GIT_END
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = (line for line in listed.stdout.decode(errors="replace").splitlines() if _GUARD not in line)
    return tuple(" ".join(words[1:]) for words in map(str.split, lines) if words and words[0] == str(group))

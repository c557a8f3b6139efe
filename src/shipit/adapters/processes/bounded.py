"""Programs whose output is read while they run, and never without a limit."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO

from shipit.core.limits import Size

REST = 0.2
"""Seconds in which the output of a program that has ended can be read; a process that it left holds the pipes open."""

_LOOK = 0.5  # seconds between two looks at a program that closes its pipes late
_PIECE = 1 << 16  # bytes


class TooMuchOutput(Exception):
    """A program that printed more than its limit."""


class Pipes:
    """The output and the messages of a program, read while it runs.

    Of the messages only the last ones are kept, because a program can print them without an end.

    Args:
        program: a program whose standard output and standard error are pipes.
        most_output: the limit of the output; more is an error.
        most_messages: the limit of the messages.
    """

    def __init__(self, program: subprocess.Popen[bytes], most_output: Size, most_messages: Size) -> None:
        assert program.stdout and program.stderr
        self.output, self.messages = bytearray(), bytearray()
        self._most_output, self._most_messages = most_output, most_messages
        self._open = selectors.DefaultSelector()
        self._open.register(program.stdout, selectors.EVENT_READ, self._keep_output)
        self._open.register(program.stderr, selectors.EVENT_READ, self._keep_message)

    def read(self, seconds: float) -> bool:
        """Read for at most `seconds`, and return whether both pipes have ended; raises `TooMuchOutput`."""
        end = time.monotonic() + seconds
        while self._open.get_map():
            left = end - time.monotonic()
            if left <= 0:
                return False
            for pipe, _ in self._open.select(left):
                piece = os.read(pipe.fd, _PIECE)
                if piece:
                    pipe.data(piece)
                else:
                    self._open.unregister(pipe.fileobj)
        return True

    def _keep_output(self, piece: bytes) -> None:
        self.output += piece
        if len(self.output) > self._most_output:
            raise TooMuchOutput

    def _keep_message(self, piece: bytes) -> None:
        self.messages += piece
        del self.messages[: -self._most_messages]


def run_bounded(
    argv: Sequence[str], data: bytes, env: Mapping[str, str], limit: float, most_output: Size, most_messages: Size
) -> tuple[int | None, bytes, bytes]:
    """Run a program in a session of its own, end all that it started, and return its status, output and messages.

    Args:
        argv: the program and its arguments.
        data: its standard input.
        env: all environment variables.
        limit: in seconds; the status is None if the program did not end within it.
        most_output: see `Pipes`.
        most_messages: see `Pipes`.

    Raises `TooMuchOutput`, and `OSError` if the program cannot be started.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(env), start_new_session=True) as program:
        # Only the thread closes it: this raises an error if the program did not read all of it.
        stdin, program.stdin = program.stdin, None
        threading.Thread(target=_feed, args=(stdin, data), daemon=True).start()
        pipes = Pipes(program, most_output, most_messages)
        try:
            status = _wait(program, pipes, limit)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
    return status, bytes(pipes.output), bytes(pipes.messages)


def _feed(stdin: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError), stdin:  # a program need not read it
        stdin.write(data)


def _wait(program: subprocess.Popen[bytes], pipes: Pipes, limit: float) -> int | None:
    end = time.monotonic() + limit
    while (left := end - time.monotonic()) > 0:
        if pipes.read(min(left, _LOOK)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                return program.wait(max(0, end - time.monotonic()))
        if program.poll() is not None:
            pipes.read(REST)
            return program.returncode
    return None

"""A shell on a host that runs one command after the other: its input has one command a line.

A command takes one round trip, and no new process of OpenSSH's client.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import threading
import time

# Runs each line `number command`, and prints its output (both kinds) and `$0-number status` at once, so that they are
# sent together. The shell ends with its input. A null byte in an output is lost.
LOOP = (
    'while read -r number line; do output=$( (eval "$line") 2>&1 </dev/null; echo "$0-$number $?"); '
    "printf '%s\\n' \"$output\"; done"
)


class Shell:
    """The local side of a shell that runs `LOOP`.

    Args:
        program: OpenSSH's client with the shell; its input and output are unbuffered pipes.
        mark: a text that no output contains.
    """

    def __init__(self, program: subprocess.Popen[bytes], mark: str) -> None:
        self._program = program
        self._mark = mark
        self._number = 0
        self._received = b""
        self._mutex = threading.Lock()

    def run(self, command: str, timeout: float) -> tuple[int, bytes]:
        """Run a command of one line, and return its status and its output.

        Raises `TimeoutError` if there is no answer within `timeout` seconds, `EOFError` if the shell ended.
        """
        assert self._program.stdin and "\n" not in command
        with self._mutex:
            self._number += 1
            try:
                self._program.stdin.write(f"{self._number} {command}\n".encode("utf-8", "surrogateescape"))
            except OSError as error:
                raise EOFError from error
            return self.answer(self._number, timeout)

    def answer(self, number: int, timeout: float) -> tuple[int, bytes]:
        """Wait for the answer to the command with this number; answers to earlier, interrupted ones are dropped.

        Raises `TimeoutError` and `EOFError`, like `run`.
        """
        wanted = re.compile(rb"%s-%d (\d+)\n" % (self._mark.encode(), number))
        end = time.monotonic() + timeout
        while not (found := wanted.search(self._received, max(0, len(self._received) - 128))):
            self._receive(end - time.monotonic())
        output = self._received[: found.start()]
        self._received = self._received[found.end() :]
        earlier = list(re.finditer(rb"%s-\d+ \d+\n" % self._mark.encode(), output))
        return int(found[1]), output[earlier[-1].end() :] if earlier else output

    @property
    def unread(self) -> bytes:
        """The output that belongs to no answer yet."""
        return self._received

    def _receive(self, timeout: float) -> None:
        assert self._program.stdout
        if timeout <= 0 or not select.select([self._program.stdout], [], [], timeout)[0]:
            raise TimeoutError
        if not (piece := os.read(self._program.stdout.fileno(), 1 << 16)):
            raise EOFError
        self._received += piece

"""A shell on a host that runs one command after the other: its input has one command a line.

A command takes one exchange with the host, and no new process of OpenSSH's client. Commands that are sent together take
one exchange together.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread

from shipit.adapters.processes.bounded import TooMuchOutput
from shipit.core import limits

_PIECE = 1 << 16  # bytes

# Runs each line `number command`, and prints its output (both kinds) and `$0-number status` at once, so that they are
# sent together. The shell ends with its input. A null byte in an output is lost. A command finds the status of the one
# before it in `$previous`.
LOOP = (
    'previous=0; while read -r number line; do output=$( (eval "$line") 2>&1 </dev/null; echo "$0-$number $?"); '
    "printf '%s\\n' \"$output\"; previous=${output##* }; done"
)
# Ends a command, with the status of the command before it, if that one failed.
UNLESS_FAILED = '[ "$previous" = 0 ] || exit "$previous"; '

_Answer = tuple[int, bytes]  # the status and the output of a command


class Shell:
    """The local side of a shell that runs `LOOP`. Threads can use it together.

    The thread that reads the output closes both pipes. If another thread closed them, the next program could get the
    same descriptor while the reader still waits, and the reader would take the output of that program.

    Args:
        program: OpenSSH's client with the shell; its input and output are unbuffered pipes. The caller ends it.
        mark: a text that no output contains.
    """

    def __init__(self, program: subprocess.Popen[bytes], mark: str) -> None:
        self._program = program
        self._end_of_answer = re.compile(rb"%s-(\d+) (\d+)\n" % mark.encode())
        self._number = 0
        self._greeting: Future[_Answer] = Future()
        self._answers = {0: self._greeting}  # those that are waited for
        self._received = b""
        self._ended = False
        self._mutex = Lock()
        Thread(target=self._receive, daemon=True).start()

    def begin(self, command: str) -> Callable[[float], _Answer]:
        """Send a command of one line, and return the function that waits for its status and its output.

        The argument of that function is the time limit in seconds. It raises `TimeoutError` if there is no answer in
        that time, `EOFError` if the shell ended, `TooMuchOutput` if its output is larger than `limits.HOST_OUTPUT`.
        """
        assert self._program.stdin and "\n" not in command
        with self._mutex:
            self._number += 1
            answer = self._answers[self._number] = Future()
            try:
                if not self._ended:
                    self._program.stdin.write(f"{self._number} {command}\n".encode("utf-8", "surrogateescape"))
            except OSError:
                self._ended = True
            if self._ended:
                answer.set_exception(EOFError())
        return answer.result

    def run(self, command: str, timeout: float) -> _Answer:
        """Run a command, and wait for its status and its output; see `begin`."""
        return self.begin(command)(timeout)

    def greeting(self, timeout: float) -> _Answer:
        """Wait for the answer to command 0, which the shell gives before it runs the others; see `begin`."""
        return self._greeting.result(timeout)

    @property
    def unread(self) -> bytes:
        """The output that belongs to no answer yet."""
        return self._received

    def _receive(self) -> None:
        """Receive the answers until the shell ends."""
        assert self._program.stdin and self._program.stdout
        ended: Exception = EOFError()
        try:
            while piece := os.read(self._program.stdout.fileno(), _PIECE):
                seen = max(0, len(self._received) - 128)
                self._received += piece
                if len(self._received) > limits.HOST_OUTPUT + _PIECE:
                    ended = TooMuchOutput()
                    break
                while found := self._end_of_answer.search(self._received, seen):
                    output, self._received, seen = self._received[: found.start()], self._received[found.end() :], 0
                    self._answers.pop(int(found[1])).set_result((int(found[2]), output))
        except (OSError, ValueError, KeyError):  # it was closed, or is not the shell that was started
            pass
        with self._mutex:
            self._ended = True
            self._program.stdin.close()
            self._program.stdout.close()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ended)

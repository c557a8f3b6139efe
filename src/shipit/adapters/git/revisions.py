"""One process of git that resolves many revisions: a release asks for dozens of them."""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import threading
import weakref
from collections.abc import Mapping, Sequence
from typing import IO

from shipit.adapters.processes.bounded import run_bounded
from shipit.core import limits
from shipit.errors import CommandError

_PIECE = 4096
_ID = re.compile(rb"([0-9a-f]{40,64})\n")


class Revisions:
    """A process of git that answers with the ids of revisions.

    The process reads the references again for each question, so each answer is of the present state.

    Args:
        git: the command line of git up to its subcommand.
        env: all environment variables.
    """

    def __init__(self, git: Sequence[str], env: Mapping[str, str]) -> None:
        self._argv = [*git, "cat-file", "--batch-check=%(objectname)"]
        self._env = dict(env)
        self._lock = threading.Lock()
        self._end: weakref.finalize[[subprocess.Popen[bytes], int], Revisions] | None = None
        self._program: subprocess.Popen[bytes] | None = None
        self._owner = 0  # the process that started `_program`; a fork must not read from the same pipe

    def id(self, rev: str) -> str | None:
        """Return the id of the object that `rev` names; None if there is no such object."""
        if "\n" in rev:
            return None
        with self._lock:
            answer = self._answer(rev) or self._answer(rev)  # a process that was killed is started again
        if not answer:
            raise self._early_end(rev)
        found = _ID.fullmatch(answer)
        return found[1].decode() if found else None

    def _answer(self, rev: str) -> bytes:
        """Ask for `rev` and return the line of the answer; empty if the process has ended."""
        answer = b""
        try:
            program = self._running()
            assert program.stdin and program.stdout
            with contextlib.suppress(BrokenPipeError):
                program.stdin.write(f"{rev}\n".encode("utf-8", "surrogateescape"))
                answer = self._line(program.stdout)
        finally:
            if not answer:  # also after an interrupt: the answer to this question must not be read as the next one
                self._discard()
        return answer

    def _line(self, output: IO[bytes]) -> bytes:
        """Return the next line of the output in one piece; empty if the process ends before its end."""
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([output], [], [], limits.GIT_LOCAL)[0]:
                what = f"`git cat-file` did not answer within {limits.GIT_LOCAL:g} s"
                raise CommandError(what, argv=self._argv, hint="run the same command again")
            part = output.read(_PIECE)
            if not part:
                return b""
            line += part
        return line

    def _early_end(self, rev: str) -> CommandError:
        """Return the error for a process that ends without an answer; it is run once more for its message."""
        bounds = limits.GIT_MESSAGES, limits.GIT_MESSAGES
        data = f"{rev}\n".encode("utf-8", "surrogateescape")
        _, _, messages = run_bounded(self._argv, data, self._env, limits.GIT_REMOTE, *bounds)
        tail = "\n".join(messages.decode(errors="replace").strip().splitlines()[-limits.ERROR_LINES :])
        fix = "fix the problem in its output, then " if tail else ""
        return CommandError(
            "`git cat-file` ended too early", argv=self._argv, tail=tail, hint=f"{fix}run the same command again"
        )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._program is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._program = subprocess.Popen(
                self._argv,
                env=self._env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            self._end = weakref.finalize(self, _end, self._program, self._owner)
        return self._program

    def _discard(self) -> None:
        if self._end:
            self._end()
        self._program = self._end = None


def _end(program: subprocess.Popen[bytes], owner: int) -> None:
    """End the process, if it is not that of a process from which this one was forked."""
    if os.getpid() == owner:
        program.kill()
        with program:  # closes its pipes, and waits for it
            pass

"""Programs that run as subprocesses: git for the adapters, and the commands that the user configured."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import io
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence

from shipit.adapters.processes.guard import end_all, guarded
from shipit.adapters.processes.program_output import ProgramOutput
from shipit.adapters.processes.tokens import without_tokens
from shipit.core import limits
from shipit.core.redact import Redactor
from shipit.errors import CommandError

_CHUNK = 1 << 17  # bytes
_PIPE = 1 << 20  # bytes; the largest pipe that Linux gives to an unprivileged process


def stream(argv: Sequence[str], env: Mapping[str, str], limit: float) -> Generator[bytes]:
    """Run a program and yield its standard output in pieces of at most 128 KiB; closing the generator kills it.

    Raises `CommandError` if the program fails, or does not end within `limit` seconds.
    """
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(env)) as program:
        assert program.stdout and program.stderr
        _enlarge(program.stdout.fileno())
        errors: list[bytes] = []  # read by a thread: a program stops while the pipe of its standard error is full
        stderr_reader = threading.Thread(
            target=lambda pipe: errors.append(pipe.read()), args=[program.stderr], daemon=True
        )
        stderr_reader.start()
        killer = threading.Timer(limit, program.kill)
        killer.daemon = True
        killer.start()
        try:
            while chunk := program.stdout.read(_CHUNK):
                yield chunk
        except BaseException:  # GeneratorExit when the caller stops early, KeyboardInterrupt
            program.kill()
            raise
        finally:
            timed_out = killer.finished.is_set()
            killer.cancel()
            killer.join()  # a fork is possible only without other threads
            stderr_reader.join()
    if timed_out:
        raise CommandError(f"`{' '.join(argv[:3])}` {describe_failure(None, limit)}", argv=argv)
    if program.returncode:
        raise command_error(argv, program.returncode, b"".join(errors).decode(errors="replace"), Redactor())


def _enlarge(pipe: int) -> None:
    """Enlarge the pipe, so that the program can go on while its output is processed."""
    with contextlib.suppress(AttributeError, OSError):  # not on Linux, or the user's limit for pipes is reached
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def command_error(argv: Sequence[str], status: int | None, output: str, redact: Redactor) -> CommandError:
    """Return the error for a program that failed, with the last lines of its output."""
    tail = redact("\n".join(output.strip().splitlines()[-limits.ERROR_LINES :]))
    shown = [redact(word) for word in argv]
    hint = "fix the problem in its output, then run the same command again"
    return CommandError(
        f"`{' '.join(shown[:3])}` failed with status {status}", argv=shown, status=status, tail=tail, hint=hint
    )


class Commands:
    """The commands that the user configured, run by the shell in the root of the repository."""

    def __init__(self, root: str, redact: Redactor) -> None:
        self._root = root
        self._redact = redact
        self._ran: set[str] = set()

    def ran(self, key: str) -> bool:
        return key in self._ran

    def record(self, key: str) -> None:
        self._ran.add(key)

    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        """Run `command` and copy its output to standard error; see `shipit.world.Process`."""
        output = ProgramOutput(self._redact)
        environment = without_tokens(os.environ) | dict(env)
        status = run_program(command, output, cwd=self._root, env=environment, timeout=timeout)
        if status != 0:
            shown = self._redact(command)
            raise CommandError(
                f"`{shown}` {describe_failure(status, timeout)}",
                argv=[shown],
                status=status,
                tail=output.tail,
                hint="run the command by hand and fix it, then run shipit again",
            )
        self._ran.add(key)


def run_program(
    command: str | Sequence[str], output: ProgramOutput, *, cwd: str, env: Mapping[str, str], timeout: float
) -> int | None:
    """Run a program, kill the processes that it left running, and return its exit status.

    If shipit is killed, or at the time limit, also the processes in other sessions are killed; see `guard`.

    Args:
        command: a line for the shell, or a program with its arguments.
        output: gets standard output and standard error.
        cwd: the working directory.
        env: all environment variables.
        timeout: in seconds; after that the program is killed, and None is returned.
    """
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as stdin, open(write_end, "wb", buffering=0) as to_guard:
        program = subprocess.Popen(
            guarded(command),
            cwd=cwd,
            env=dict(env),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        reader = threading.Thread(target=_read, args=(program, output), daemon=True)
        reader.start()
        try:
            program.wait(timeout)
            to_guard.write(b"\n")
        except subprocess.TimeoutExpired:
            return None
        finally:
            if program.returncode is None:
                end_all(program, to_guard)
            _kill_group(program)
            reader.join(timeout=limits.OUTPUT_END)
    return program.returncode


def _read(program: subprocess.Popen[bytes], output: ProgramOutput) -> None:
    """Copy the output piece by piece, because a line can be endless; each kind of line end becomes a newline."""
    assert isinstance(program.stdout, io.BufferedReader)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)
    with program.stdout as stdout:
        while piece := stdout.read1(_CHUNK):
            output.write(decoder.decode(piece))
    output.write(decoder.decode(b"", final=True))
    output.finish()


def describe_failure(status: int | None, timeout: float) -> str:
    """Return a description of a program's failure, to show to the user; the time limit is in seconds.

    >>> describe_failure(3, 60), describe_failure(None, 60)
    ('failed with status 3', 'did not end within 60 seconds')
    """
    return f"failed with status {status}" if status is not None else f"did not end within {timeout:g} seconds"


def _kill_group(program: subprocess.Popen[bytes]) -> None:
    """Kill all processes that the program started, so that none of them outlives the step."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()

"""Programs: git's plumbing for the adapters, and the commands a user configured."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence

from shipit.adapters.program_output import TAIL_LINES, ProgramOutput
from shipit.core.redact import Redactor
from shipit.errors import CommandError

# Variables a user's command must not see: it builds, it does not publish.
WRITE_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "SHIPIT_REGISTRY_PASSWORD", "INPUT_TOKEN")
_CHUNK = 1 << 17
_PIPE = 1 << 20  # what Linux lets anybody have


def stream(argv: Sequence[str], env: Mapping[str, str]) -> Generator[bytes]:
    """Run a program and give its output in large pieces; closing the iterator ends the program.

    Raises `CommandError` when it fails.
    """
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(env)) as program:
        assert program.stdout and program.stderr
        _enlarge(program.stdout.fileno())
        errors: list[bytes] = []  # read meanwhile: a program that nobody listens to waits
        listener = threading.Thread(target=lambda told: errors.append(told.read()), args=[program.stderr], daemon=True)
        listener.start()
        try:
            while chunk := program.stdout.read(_CHUNK):
                yield chunk
        except BaseException:  # whoever stops reading, and whoever is stopped
            program.kill()
            raise
        finally:
            listener.join()
    if program.returncode:
        raise failure(argv, program.returncode, b"".join(errors).decode(errors="replace"), Redactor())


def _enlarge(pipe: int) -> None:
    """Let the program run ahead while its output is worked on."""
    with contextlib.suppress(AttributeError, OSError):  # only on Linux, and not where the user's pipes are many
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def failure(argv: Sequence[str], status: int | None, output: str, redact: Redactor) -> CommandError:
    """The error for a program that ended badly, with its last lines."""
    tail = redact("\n".join(output.strip().splitlines()[-TAIL_LINES:]))
    shown = [redact(word) for word in argv]
    return CommandError(f"`{' '.join(shown[:3])}` failed with status {status}", argv=shown, status=status, tail=tail)


class Commands:
    """The user's commands, run by the shell in the repository, output passed on as it comes."""

    def __init__(self, root: str, redact: Redactor) -> None:
        self._root = root
        self._redact = redact
        self._ran: set[str] = set()

    def ran(self, key: str) -> bool:
        return key in self._ran

    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        """Run `command`; its output goes to standard error, because standard output is data.

        Raises `CommandError` when it fails or takes longer than `timeout` seconds.
        """
        output = ProgramOutput(self._redact)
        environment = without_tokens(os.environ) | dict(env)
        status = follow(command, output, cwd=self._root, env=environment, timeout=timeout)
        if status != 0:
            shown = self._redact(command)
            raise CommandError(
                f"`{shown}` {ending(status, timeout)}",
                argv=[shown],
                status=status,
                tail=output.tail,
                hint="run the command by hand, repair it, and run shipit again",
            )
        self._ran.add(key)


def follow(
    command: str | Sequence[str], output: ProgramOutput, *, cwd: str, env: Mapping[str, str], timeout: float
) -> int | None:
    """Run a line for the shell, or a program with its arguments, to its end, and end whatever it left running.

    The exit status; None when `timeout` seconds were not enough.
    """
    program = subprocess.Popen(
        command,
        shell=isinstance(command, str),
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    reader = threading.Thread(target=_read, args=(program, output), daemon=True)
    reader.start()
    try:
        program.wait(timeout)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(program)
        reader.join(timeout=5)
    return program.returncode


def _read(program: subprocess.Popen[str], output: ProgramOutput) -> None:
    assert program.stdout
    with program.stdout as lines:
        for line in lines:
            output.write(line)
    output.finish()


def ending(status: int | None, timeout: float) -> str:
    """How a program ended badly, for people.

    >>> ending(3, 60), ending(None, 60)
    ('failed with status 3', 'did not end within 60 seconds')
    """
    return f"failed with status {status}" if status is not None else f"did not end within {timeout:g} seconds"


def without_tokens(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` for a program that builds, and does not publish."""
    return {name: value for name, value in environ.items() if name not in WRITE_TOKENS}


def _end_group(program: subprocess.Popen[str]) -> None:
    """End whatever the command left running, so that nothing outlives its step."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()

"""The shell that runs one command after the other, as a local process."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from parts.daemon import wait_until

from shipit.adapters.hosts.ssh.master import end
from shipit.adapters.hosts.ssh.shell import LOOP, Shell
from shipit.adapters.processes.bounded import TooMuchOutput
from shipit.core import limits
from shipit.core.limits import Size

LIMIT = 20  # seconds
MARK = "shipit-0123456789abcdef"


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    argv = ["sh", "-c", LOOP, MARK]
    started = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    yield started
    end(started)


@pytest.fixture
def shell(program: subprocess.Popen[bytes]) -> Shell:
    return Shell(program, MARK)


@pytest.mark.parametrize(
    ("command", "status", "output"),
    [
        ("echo out; echo error >&2; exit 3", 3, b"out\nerror\n"),
        ("printf no-break", 0, b"no-break"),
        ("true", 0, b""),
        ("exec false", 1, b""),
        (r"printf '%s\n' 'a\nb  \\ c'", 0, b"a\\nb  \\\\ c\n"),
        ("cat; echo its input is empty", 0, b"its input is empty\n"),
        ("seq 1 50000", 0, b"".join(b"%d\n" % number for number in range(1, 50001))),
    ],
)
def test_status_and_output_of_a_command_are_returned(shell: Shell, command: str, status: int, output: bytes) -> None:
    assert shell.run(command, LIMIT) == (status, output)
    assert shell.run("echo next", LIMIT) == (0, b"next\n")


def test_an_error_in_a_command_does_not_end_the_shell(shell: Shell) -> None:
    assert shell.run("if then (", LIMIT)[0] != 0
    assert shell.run("cd /no/such/directory; echo $?; exit 0", LIMIT)[0] == 0
    assert shell.run("pwd >/dev/null; set -u; echo $no_such_variable", LIMIT)[0] != 0
    assert shell.run("echo $no_such_variable", LIMIT) == (0, b"\n")


def test_the_answer_to_an_interrupted_command_is_dropped(shell: Shell) -> None:
    with pytest.raises(TimeoutError):
        shell.run("sleep 0.5; echo late", 0.1)
    assert shell.run("echo next", LIMIT) == (0, b"next\n")


def test_the_end_of_the_shell_is_an_error(program: subprocess.Popen[bytes], shell: Shell) -> None:
    program.kill()
    with pytest.raises(EOFError):
        shell.run("true", LIMIT)
    program.wait()
    with pytest.raises(EOFError):
        shell.run("true", LIMIT)


def test_a_command_that_prints_without_end_ends_the_shell(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HOST_OUTPUT", Size("deployments", 1 << 20, "", ""))
    with pytest.raises(TooMuchOutput):
        shell.run("head -c 2000000 /dev/zero | tr '\\0' x", LIMIT)
    with pytest.raises(EOFError):
        shell.run("true", LIMIT)
    assert len(shell.unread) < 2 << 20


def test_the_output_stays_open_until_its_reader_has_ended(
    program: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the reader can take the output of the next program, whose pipe has the same number."""
    reads, go_on = threading.Event(), threading.Event()

    def slow_read(descriptor: int, size: int) -> bytes:
        reads.set()
        assert go_on.wait(LIMIT)
        return os.read(descriptor, size)

    monkeypatch.setattr("shipit.adapters.hosts.ssh.shell.os", SimpleNamespace(read=slow_read))
    assert program.stdout
    descriptor = program.stdout.fileno()
    Shell(program, MARK)
    assert reads.wait(LIMIT)
    end(program)
    os.fstat(descriptor)
    go_on.set()
    wait_until(lambda: program.stdout is not None and program.stdout.closed)


def test_the_shell_ends_with_its_input(program: subprocess.Popen[bytes], shell: Shell) -> None:
    assert shell.run("true", LIMIT) == (0, b"")
    assert program.stdin
    program.stdin.close()
    assert program.wait(LIMIT) is not None

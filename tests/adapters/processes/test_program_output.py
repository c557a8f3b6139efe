"""The output of a program is copied without secrets."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from growth import time_growth

from shipit.adapters.processes.process import run_program
from shipit.adapters.processes.program_output import ProgramOutput
from shipit.core import limits
from shipit.core.redact import Redactor


def test_a_secret_in_two_pieces_is_removed(capfd: pytest.CaptureFixture[str]) -> None:
    output = ProgramOutput(Redactor(["s3cret"]))
    for piece in ("token: s3", "cret\nnext", " line\nlast: s3c", "ret"):
        output.write(piece)
    output.finish()
    assert capfd.readouterr().err == "token: [REDACTED]\nnext line\nlast: [REDACTED]\n"
    assert output.tail == "token: [REDACTED]\nnext line\nlast: [REDACTED]"


def test_the_tail_has_the_last_lines(capfd: pytest.CaptureFixture[str]) -> None:
    output = ProgramOutput(Redactor())
    output.write("".join(f"{number}\n" for number in range(100)))
    assert output.tail.splitlines() == [str(number) for number in range(80, 100)]
    assert capfd.readouterr().err.splitlines() == [str(number) for number in range(100)]


def test_an_endless_line_is_cut_and_the_next_line_is_copied(capfd: pytest.CaptureFixture[str]) -> None:
    output = ProgramOutput(Redactor())
    for _ in range(1_000):
        output.write("x" * 1_000)
    output.write("\nnext\n")
    assert output.tail == f"{'x' * limits.OUTPUT_LINE}…\nnext"
    assert capfd.readouterr().err == f"{output.tail}\n"


def test_the_beginning_of_a_secret_before_the_cut_is_removed(capfd: pytest.CaptureFixture[str]) -> None:
    output = ProgramOutput(Redactor(["s3cret-value"]))
    for character in "x" * (limits.OUTPUT_LINE - 8) + "s3cret-value and more\n":
        output.write(character)
    assert "s3cret" not in capfd.readouterr().err


def test_many_pieces_of_one_line_take_linear_time() -> None:
    def writing(size: int) -> Callable[[], object]:
        def work() -> None:
            output = ProgramOutput(Redactor())
            for _ in range(size):
                output.write("x" * 10)

        return work

    assert time_growth(writing, 500) < 2.3


def test_a_command_whose_line_never_ends_takes_little_memory_and_succeeds(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = ProgramOutput(Redactor())
    tracemalloc.start()
    command = "head -c 50000000 /dev/zero | tr '\\0' x; printf 'a\\r\\nb\\rc'"
    assert run_program(command, output, cwd=str(tmp_path), env=dict(os.environ), timeout=60) == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert output.tail.splitlines()[1:] == ["b", "c"]
    assert len(capfd.readouterr().err) < 100_000

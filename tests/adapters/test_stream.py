"""The output of a program is read while it runs, and the program is killed if its reader stops."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipit.adapters.processes.process import stream
from shipit.errors import CommandError


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt])
def test_a_program_is_killed_when_its_reader_stops(end: type[BaseException], tmp_path: Path) -> None:
    number = tmp_path / "number"
    chunks = stream(["sh", "-c", f"echo $$ > {number}; head -c 300000 /dev/zero; exec sleep 60"], os.environ, 60)
    assert next(chunks)
    with pytest.raises(end):
        chunks.throw(end)
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


def test_a_program_with_a_long_standard_error_does_not_hang() -> None:
    command = "head -c 3000000 /dev/zero >&2; echo done"
    assert b"".join(stream(["sh", "-c", command], os.environ, 60)) == b"done\n"


def test_a_failed_program_is_reported_with_its_standard_error() -> None:
    with pytest.raises(CommandError) as error:
        list(stream(["sh", "-c", "echo 'no such thing' >&2; exit 3"], os.environ, 60))
    assert (error.value.status, error.value.tail) == (3, "no such thing")


def test_a_program_that_does_not_end_is_killed_at_its_limit() -> None:
    with pytest.raises(CommandError, match=r"did not end within 0\.1 seconds"):
        list(stream(["sleep", "60"], os.environ, 0.1))

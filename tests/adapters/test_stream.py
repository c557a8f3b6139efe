"""What a program writes is read as it comes, and a program that nobody reads any more is ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipit.adapters.process import stream
from shipit.errors import CommandError


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt])
def test_a_program_is_ended_with_its_reader(end: type[BaseException], tmp_path: Path) -> None:
    number = tmp_path / "number"
    chunks = stream(["sh", "-c", f"echo $$ > {number}; head -c 300000 /dev/zero; exec sleep 60"], os.environ)
    assert next(chunks)
    with pytest.raises(end):
        chunks.throw(end)
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


def test_a_program_with_much_to_complain_about_is_not_kept_waiting() -> None:
    complaint = "head -c 3000000 /dev/zero >&2; echo done"
    assert b"".join(stream(["sh", "-c", complaint], os.environ)) == b"done\n"


def test_a_program_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(CommandError) as error:
        list(stream(["sh", "-c", "echo 'no such thing' >&2; exit 3"], os.environ))
    assert (error.value.status, error.value.tail) == (3, "no such thing")

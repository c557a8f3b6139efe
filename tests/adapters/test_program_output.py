"""The output of a program is copied without secrets."""

from __future__ import annotations

import pytest

from shipit.adapters.program_output import ProgramOutput
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

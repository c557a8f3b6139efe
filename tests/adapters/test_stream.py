"""What a program writes is read as it comes, and a program that nobody reads any more is ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipit.adapters.process import stream


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt])
def test_a_program_is_ended_with_its_reader(end: type[BaseException], tmp_path: Path) -> None:
    number = tmp_path / "number"
    chunks = stream(["sh", "-c", f"echo $$ > {number}; head -c 300000 /dev/zero; exec sleep 60"], os.environ)
    assert next(chunks)
    with pytest.raises(end):
        chunks.throw(end)  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)

"""Tests of `shipit lint` that need more than a command line and files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from shipit.cli.main import cli
from shipit.cli.session import Session


@pytest.mark.parametrize(("text", "status"), [("feat: search\n", 0), ("search\n", 3)])
def test_a_message_is_read_from_standard_input(text: str, status: int, tmp_path: Path) -> None:
    words = ["-C", str(tmp_path), "lint", "--file", "-"]
    result = CliRunner().invoke(cli, words, input=text, obj=Session(), standalone_mode=False)
    assert result.return_value == status
    assert result.stdout.startswith("- search" if status else "")

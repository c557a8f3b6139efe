"""The question of `shipit init` on a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from repositories import Repository

from shipit.cli.main import run

pytestmark = pytest.mark.usefixtures("own_environment")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    repo = Repository(tmp_path / "repo")
    repo.commit("feat: begin", files={".releaserc": '{"tagFormat": "app-${version}"}'})
    repo.tag("app-1.0.0")
    yield repo.check_out()
    repo.close()


@pytest.mark.parametrize(("answer", "written"), [("\n", True), ("y\n", True), ("n\n", False)])
def test_the_settings_are_written_after_a_question(
    place: Path, answer: str, written: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert run(["-C", str(place), "init"]) == 0
    assert (place / "shipit.toml").exists() is written
    assert "write shipit.toml? [Y/n]" in capsys.readouterr().err

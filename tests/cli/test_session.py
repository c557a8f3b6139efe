"""The session: what every command does before its own work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.cli.session import Session


def test_a_command_removes_the_login_that_a_killed_run_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "app")], check=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (left := tmp_path / "shipit-docker-killed").mkdir(0o700)
    (left / "config.json").write_text('{"auths": {}}')
    session = Session()
    session.directory = str(tmp_path / "app")
    assert session.project.root == str(tmp_path / "app")
    assert not left.exists()

"""The session: what every command does before its own work."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace
from parts.daemon import free_port

from shipit.adapters.git import calls
from shipit.adapters.project import Project
from shipit.cli.session import Session
from shipit.errors import RemoteError, RemoteTimeout


def test_a_command_removes_the_login_that_a_killed_run_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "app")], check=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (left := tmp_path / "shipit-docker-killed").mkdir(0o700)
    (left / "config.json").write_text('{"auths": {}}')
    session = Session()
    session.directory = str(tmp_path / "app")
    assert session.project.root == str(tmp_path / "app")
    assert not left.exists()


def test_a_warning_names_a_token_that_is_too_short_to_be_removed_from_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "app")], check=True)
    monkeypatch.setenv("GITHUB_TOKEN", "e")
    session = Session()
    session.directory = str(tmp_path / "app")
    assert session.project.ci.secrets == ("e",)
    expected = "warning: `GITHUB_TOKEN` is too short to be removed from the output; check that it has the whole value\n"
    assert capsys.readouterr().err == expected


def test_a_request_that_is_repeated_is_said_before_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "app")], check=True)
    session, waits = Session(), list[str]()
    session.directory = str(tmp_path / "app")

    def sleep(seconds: float) -> None:
        waits.append(capsys.readouterr().err)

    policy = session.project._retry_policy
    monkeypatch.setattr(Project, "_retry_policy", replace(policy, sleep=sleep))
    with pytest.raises(RemoteError):
        session.project.world.registry.find(f"127.0.0.1:{free_port()}/acme/app:1")
    assert waits[0].endswith("refused the connection; try 2 of 5 in 1 s\n")
    assert len(waits) == 4


def test_a_wait_for_the_remote_is_said_with_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["init", "--quiet"], ["remote", "add", "origin", "ssh://git@git.example.org/app.git"],
                  ["config", "core.sshCommand", "sleep 60 #"]):  # fmt: skip
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    (tmp_path / "shipit.toml").write_text('[release]\nremote-timeout = "500ms"\n')
    monkeypatch.setattr(calls, "REMINDER", 0.2)
    session = Session()
    session.directory = str(tmp_path)
    with pytest.raises(RemoteTimeout):
        session.project.git.remote_refs()
    assert "waiting for git ls-remote from origin, 0 s of 0 s\n" in capsys.readouterr().err

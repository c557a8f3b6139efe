"""The classic builder: what it sends to the engine, and what a killed build leaves behind."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pytest
from docker import APIClient
from docker.errors import DockerException

from shipit.adapters.engine.classic_builder import build_with_classic_builder
from shipit.adapters.processes.program_output import ProgramOutput
from shipit.core.images import Build

FILES = {
    "app/Dockerfile": "FROM scratch\n",
    "app/kept": "kept",
    "app/ignored": "ignored",
    "app/.dockerignore": "# comment\nignored\n",
    "other/Dockerfile": "FROM busybox\n",
}


class Recording(APIClient):
    """A client that has no engine: it keeps the archive that a build would send."""

    def __init__(self) -> None:
        super().__init__(base_url="unix:///nowhere.sock", version="1.41")
        self.sent: dict[str, bytes] = {}
        self.query: Mapping[str, Any] = {}
        self.left_by_a_kill: list[str] = []

    def _post(self, url: str, data: IO[bytes], params: Mapping[str, Any], **_: Any) -> None:
        self.left_by_a_kill = os.listdir(tempfile.gettempdir())
        with tarfile.open(fileobj=data) as archive:
            files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
            self.sent = {name: file.read() for name, file in files.items() if file}
        self.query = params
        raise DockerException("recorded")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return Recording()


def build(client: Recording, root: Path, dockerfile: str) -> None:
    output = ProgramOutput(str)
    status = build_with_classic_builder(
        client, "app:1", Build(context="app", dockerfile=dockerfile), output, root=str(root), timeout=60
    )
    assert (status, output.tail) == (1, "recorded")


def test_a_killed_build_leaves_no_copy_of_its_context(client: Recording, tmp_path: Path) -> None:
    build(client, tmp_path, "app/Dockerfile")
    assert client.sent and client.left_by_a_kill == []


def test_the_context_has_the_files_that_dockerignore_does_not_name(client: Recording, tmp_path: Path) -> None:
    build(client, tmp_path, "app/Dockerfile")
    assert client.query["dockerfile"] == "Dockerfile"
    assert client.sent == {
        "Dockerfile": b"FROM scratch\n",
        "kept": b"kept",
        ".dockerignore": b"# comment\nignored\n",
    }


def test_a_context_without_dockerignore_is_sent_whole(client: Recording, tmp_path: Path) -> None:
    (tmp_path / "app/.dockerignore").unlink()
    build(client, tmp_path, "app/Dockerfile")
    assert client.sent.keys() == {"Dockerfile", "kept", "ignored"}


def test_a_dockerfile_outside_the_context_is_sent_too(client: Recording, tmp_path: Path) -> None:
    build(client, tmp_path, "other/Dockerfile")
    assert client.sent[client.query["dockerfile"]] == b"FROM busybox\n"
    assert {"kept", "Dockerfile"} < client.sent.keys()
    assert "ignored" not in client.sent

"""The stand-in as a fixture: `from standin.fixtures import github as github` in a conftest.py makes it known there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin.server import GitHubStandIn

FIRST_COMMIT = {
    "README.md": ("100644", b"# App\n"),
    "gradlew": ("100755", b"#!/bin/sh\n"),
    "src/main/app.txt": ("100644", b"app\n"),
}


def bare_repository(path: Path) -> Path:
    """A bare repository with one commit on `main`."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    return path


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHubStandIn]:
    """`acme/app` with one commit on `main`; the test fails when anything broke GitHub's description of its API."""
    with GitHubStandIn(bare_repository(tmp_path / "acme" / "app.git")) as standin:
        entries = [standin.git.entry(mode, data, path) for path, (mode, data) in FIRST_COMMIT.items()]
        tree = standin.git.create_tree(None, entries)
        standin.git.move("refs/heads/main", standin.git.create_commit(tree, (), "chore: begin\n"))
        yield standin
        assert not standin.violations

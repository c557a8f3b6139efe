"""The stand-in as a fixture: `from standin.fixtures import github as github` in a conftest.py makes it known there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin.bare import BareRepository
from standin.server import GitHubStandIn

from templates import copy

FIRST_COMMIT = {
    "README.md": ("100644", b"# App\n"),
    "gradlew": ("100755", b"#!/bin/sh\n"),
    "src/main/app.txt": ("100644", b"app\n"),
}


def bare_repository(path: Path) -> Path:
    """A bare repository with one commit on `main`."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    return path


def begun_repository(path: Path) -> None:
    """Make a bare repository whose branch `main` has the files of `FIRST_COMMIT`."""
    git = BareRepository(bare_repository(path))
    tree = git.create_tree(None, [git.entry(mode, data, name) for name, (mode, data) in FIRST_COMMIT.items()])
    git.move("refs/heads/main", git.create_commit(tree, (), "chore: begin\n"))


@pytest.fixture
def github(shared: Path, tmp_path: Path) -> Iterator[GitHubStandIn]:
    """`acme/app` with one commit on `main`; the test fails when anything broke GitHub's description of its API."""
    copy(shared / "github", tmp_path / "acme" / "app.git", begun_repository)
    with GitHubStandIn(tmp_path / "acme" / "app.git") as standin:
        yield standin
        assert not standin.violations

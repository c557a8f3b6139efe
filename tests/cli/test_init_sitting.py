"""One sitting on a terminal: from semantic-release with three workflows to a repository that is ready for shipit."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from repositories import Repository

pytestmark = pytest.mark.usefixtures("own_environment")

RELEASERC = {
    "branches": ["main", {"name": "beta", "prerelease": True}],
    "plugins": [
        ["@semantic-release/commit-analyzer", {"releaseRules": [{"type": "refactor", "release": "patch"}]}],
        "@semantic-release/release-notes-generator",
        "@semantic-release/changelog",
        [
            "@semantic-release/git",
            {"assets": ["CHANGELOG.md", "build.gradle"], "message": "release: ${nextRelease.version}"},
        ],
        ["@semantic-release/github", {"successComment": False, "releasedLabels": False}],
    ],
}
RELEASE = """\
on:
  push:
    branches: [main]
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npx semantic-release
"""
IMAGE = """\
on:
  push:
    branches: [{branch}]
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: docker/login-action@v3
        with: {{ registry: ghcr.io, username: x, password: "${{{{ secrets.GITHUB_TOKEN }}}}" }}
      - run: ./gradlew bootJar
      - uses: docker/build-push-action@v6
        with: {{ push: true, tags: "ghcr.io/acme/shop{suffix}:latest" }}
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A clone with a remote, two releases and a feature after them."""
    repo = Repository(tmp_path / "repo")
    workflows = {
        "release.yml": RELEASE,
        "dev.yml": IMAGE.format(branch="dev", suffix="-dev"),
        "prod.yml": IMAGE.format(branch="prod", suffix=""),
    }
    files = {f".github/workflows/{name}": text for name, text in workflows.items()}
    files |= {
        ".releaserc": json.dumps(RELEASERC),
        "build.gradle": "version = '1.1.0'\n",
        "Dockerfile": "FROM scratch\n",
    }
    repo.commit("feat: begin", files=files)
    repo.tag("v1.0.0")
    repo.commit("feat: search")
    repo.tag("v1.1.0")
    repo.commit("refactor: split")
    repo.git("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.git("push", "--quiet", "--tags", "origin", "main")
    yield repo.check_out()
    repo.close()


def test_init_with_its_defaults_leads_to_a_repository_that_is_ready(place: Path) -> None:
    status, shown = on_a_terminal(place, "init", answer="\n")
    assert (status, "write shipit.toml and .github/workflows/shipit.yml? [Y/n]" in shown) == (0, True), shown
    assert "1 of 1 past versions agree" in shown
    assert "git rm .releaserc .github/workflows/dev.yml" in shown
    git = ["git", "-C", str(place), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for command in (
        ["add", "--all"],
        ["commit", "--quiet", "-m", "ci: release with shipit"],
        ["push", "--quiet", "origin", "main"],
    ):
        subprocess.run([*git, *command], check=True, capture_output=True)
    status, shown = on_a_terminal(place, "doctor")
    assert (status, "ready" in shown) == (0, True), shown
    status, shown = on_a_terminal(place, "replay")
    assert (status, "1 of 1" in shown) == (0, True), shown


def on_a_terminal(place: Path, *arguments: str, answer: str = "") -> tuple[int, str]:
    """Run shipit on a pseudo-terminal; return its status and everything that was shown."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "shipit", "-C", str(place), *arguments]
    variables = os.environ | {"TERM": "dumb"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables)
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = bytearray()
    while True:
        try:
            shown += os.read(ours, 4096) or b""
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")

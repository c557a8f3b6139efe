"""A clone to release from; its remote is a directory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FILES = {"build.gradle": "version = '0.1.0'\n", "shipit.toml": ""}
PERSON = {"user.name": "Ada", "user.email": "ada@example.org", "commit.gpgSign": "false"}


def fresh_clone(repository: Path) -> Path:
    """Make a new clone and its remote, because each run needs a commit that is not released yet."""
    remote, clone = (repository.with_name(f"{repository.name}-{part}") for part in ("remote.git", "clone"))
    for old in (remote, clone):
        shutil.rmtree(old, ignore_errors=True)
    git("clone", "--bare", repository, remote)
    git("clone", remote, clone)
    for name, value in PERSON.items():
        git("-C", clone, "config", name, value)
    for name, text in FILES.items():
        (clone / name).write_text(text)
    git("-C", clone, "add", "--all")
    git("-C", clone, "commit", "--message", "chore: what a release needs")
    git("-C", clone, "push", "origin", "HEAD:main")
    return clone


def git(*arguments: str | Path) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)

"""The errors of a push, as git's real output leads to them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.adapters.git import GitRepository
from shipit.errors import RemoteError


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one commit, whose remote is an empty repository."""
    for words in (["init", "--quiet", "--bare", "remote.git"], ["clone", "--quiet", "remote.git", "clone"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "feat: x"], cwd=tmp_path / "clone", check=True)
    return tmp_path / "clone"


def push(clone: Path) -> RemoteError:
    repository = GitRepository(str(clone))
    with pytest.raises(RemoteError) as raised:
        repository.push(branch="main", commit=str(repository.head()), expected=None, tags=[])
    return raised.value


def test_a_failing_pre_push_hook_is_named_with_its_output(clone: Path) -> None:
    hook = clone / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'run the tests first' >&2\nexit 1\n")
    hook.chmod(0o755)
    error = push(clone)
    assert "a `pre-push` hook in this clone" in error.what
    assert "run the tests first" in str(error.where)
    assert "nothing was pushed" in str(error.state)


def test_a_remote_that_is_gone_is_not_blamed_on_a_hook(clone: Path) -> None:
    (clone.parent / "remote.git").rename(clone.parent / "gone.git")
    error = push(clone)
    assert error.what == f"`{clone.parent}/remote.git` cannot be reached, or it is not a git repository"
    assert "git remote -v" in str(error.hint)

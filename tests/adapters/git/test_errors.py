"""The errors of a push, as git's real output leads to them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.adapters.git import GitRepository
from shipit.adapters.git.errors import NO_TOKEN, push_error
from shipit.errors import CommandError, RemoteError


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


@pytest.mark.parametrize("reason", ["Read-only file system", "Permission denied", "No space left on device"])
def test_a_remote_that_cannot_write_is_not_taken_for_a_branch_that_moved(reason: str) -> None:
    lines = f"""remote: error: cannot lock ref 'refs/heads/main': Unable to create '/srv/app.git/refs/heads/main.lock': {reason}
To /srv/app.git
! 1:refs/heads/main [remote rejected] (atomic transaction failed)"""
    error = push_error(CommandError("`git push` failed", tail=lines), "main", "/srv/app.git", NO_TOKEN)
    assert type(error) is RemoteError
    assert error.what == "the remote cannot store the push of `main`" and reason in str(error.where)


def test_a_lock_of_another_push_is_still_named() -> None:
    lines = "remote: error: cannot lock ref 'refs/heads/main': Unable to create '/srv/main.lock': File exists."
    error = push_error(CommandError("`git push` failed", tail=lines), "main", "/srv", NO_TOKEN)
    assert "is locked on the remote" in error.what and "rm /srv/main.lock" in str(error.hint)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("push.gpgSign", "true"), ("remote.origin.mirror", "true"), ("push.pushOption", "ci.skip")],
)
def test_a_setting_that_prevents_the_push_is_not_blamed_on_the_network(clone: Path, setting: str, value: str) -> None:
    subprocess.run(["git", "config", setting, value], cwd=clone, check=True)
    repository = GitRepository(str(clone))
    with pytest.raises(CommandError, match="a setting of git in this clone prevents the push of `main`") as raised:
        repository.push(branch="main", commit=str(repository.head()), expected=None, tags=[])
    assert "nothing was pushed" in str(raised.value.state)


@pytest.mark.parametrize("printed", ["", "To /srv/app.git\nDone", "*\tHEAD:refs/heads/main\t[new branch]\nDone"])
def test_a_push_that_succeeds_without_the_tag_is_an_error(
    clone: Path, monkeypatch: pytest.MonkeyPatch, printed: str
) -> None:
    monkeypatch.setattr(GitRepository, "_git_remote", lambda *words: printed)
    with pytest.raises(RemoteError, match=r"ended without an error, but did not push .*`refs/tags/v1.0.0`") as raised:
        GitRepository(str(clone)).push(branch="main", commit="0" * 40, expected=None, tags=["v1.0.0"])
    assert "it is not known whether the push reached the remote" in str(raised.value.state)


def test_a_git_that_is_too_old_to_merge_commits_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git before 2.38 refuses the options, with the status of a wrong usage."""
    refused = subprocess.CompletedProcess[bytes]([], 129, b"", b"usage: git merge-tree <base-tree> <one> <other>\n")
    monkeypatch.setattr(GitRepository, "_try", lambda *words: refused)
    with pytest.raises(CommandError) as raised:
        GitRepository(str(tmp_path)).merge_files("a", "b")
    assert "git 2.38" in str(raised.value.hint)

"""The process that resolves revisions: its answers are those of a git that starts now."""

from __future__ import annotations

import gc
import os
import subprocess
import warnings
from pathlib import Path

import pytest

from shipit.adapters.git.revisions import Revisions
from shipit.errors import CommandError


def git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=place, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "-b", "main")
    return tmp_path


@pytest.fixture
def revisions(clone: Path) -> Revisions:
    return Revisions(["git", "-C", str(clone)], os.environ)


def commit(clone: Path) -> str:
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "feat: x")
    return git(clone, "rev-parse", "HEAD")


def test_each_answer_is_of_the_present_state(clone: Path, revisions: Revisions) -> None:
    assert revisions.id("HEAD^{commit}") is None
    first = commit(clone)
    assert revisions.id("HEAD^{commit}") == first
    second = commit(clone)
    assert revisions.id("HEAD^{commit}") == revisions.id("main") == second
    git(clone, "tag", "-a", "-m", "x", "v1", first)
    assert revisions.id("refs/tags/v1^{commit}") == first
    git(clone, "pack-refs", "--all")
    git(clone, "repack", "-adq")
    assert revisions.id("refs/tags/v1^{commit}") == first
    git(clone, "update-ref", "refs/heads/main", first)
    git(clone, "tag", "-d", "v1")
    git(clone, "pack-refs", "--all")
    assert (revisions.id("main"), revisions.id("refs/tags/v1^{commit}")) == (first, None)
    git(clone, "switch", "--quiet", "--detach", second)
    assert revisions.id("HEAD^{commit}") == second


@pytest.mark.parametrize(
    "rev", ["", "none", "--all", "main\nmain", "none^{/a b}", "a commit 1", "한글", "\udcff", "f" * 40]
)
def test_a_revision_that_does_not_exist_has_no_id(clone: Path, revisions: Revisions, rev: str) -> None:
    head = commit(clone)
    assert revisions.id(rev) is None
    assert revisions.id("main") == head


def test_an_answer_that_comes_in_pieces_is_read_to_its_end(clone: Path, revisions: Revisions) -> None:
    first = commit(clone)
    assert revisions.id("refs/heads/" + "x" * 20_000) is None
    assert revisions.id("HEAD") == first


def test_a_process_that_was_killed_is_started_again(clone: Path, revisions: Revisions) -> None:
    head = commit(clone)
    assert revisions.id("main") == head
    assert revisions._program
    revisions._program.kill()
    revisions._program.wait()
    assert revisions.id("main") == head


def test_an_interrupted_question_is_not_answered_later(
    clone: Path, revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = commit(clone)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("select.select", interrupt)
        revisions.id("none")
    assert revisions.id("main") == head


def test_a_fork_asks_a_process_of_its_own(clone: Path, revisions: Revisions) -> None:
    head = commit(clone)
    assert revisions.id("main") == head
    child = os.fork()
    if not child:
        os._exit(0 if all(revisions.id("main") == head for _ in range(50)) else 1)
    assert all(revisions.id("none") is None for _ in range(50))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_process_ends_with_its_owner(clone: Path) -> None:
    revisions = Revisions(["git", "-C", str(clone)], os.environ)
    revisions.id("main")
    program = revisions._program
    with warnings.catch_warnings(action="error"):
        del revisions
        gc.collect()
    assert program
    assert program.returncode is not None


def test_the_reason_of_an_early_end_is_in_the_error(clone: Path, revisions: Revisions) -> None:
    commit(clone)
    (clone / ".git/packed-refs").write_text("no reference\n")
    with pytest.raises(CommandError, match="ended too early") as raised:
        revisions.id("v1.0.0")
    assert "packed-refs" in raised.value.tail
    assert raised.value.hint == "fix the problem in its output, then run the same command again"

"""Reading repositories with unusual content."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from shipit.adapters.git.history import GitHistory
from shipit.adapters.git.repository import GitRepository
from shipit.errors import CommandError, UsageError

TIMES = {"before the epoch": (-5, 0), "after the year 9999": (10**12, 253_402_300_799), "usual": (10**9, 10**9)}


@pytest.mark.parametrize("when", TIMES)
def test_the_time_of_a_commit_can_always_be_represented(tmp_path: Path, when: str) -> None:
    written, expected = TIMES[when]
    commit = GitHistory(str(tmp_path)).commit(committed_at(tmp_path, written))
    assert commit
    assert commit.timestamp == expected
    assert dt.datetime.fromtimestamp(commit.timestamp, dt.UTC).isoformat()


def test_a_file_and_a_directory_of_a_commit_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = tmp_path / "trace"
    place = tmp_path / "app"
    place.mkdir()
    git(place, "init", "--quiet")
    history = GitHistory(str(place))
    for text in ("one", "two"):
        (place / "a.txt").write_text(text)
        git(place, "add", "a.txt")
        git(place, "commit", "--quiet", "-m", text)
        if text == "one":
            monkeypatch.setenv("GIT_TRACE", str(trace))
        for rev in ("HEAD", git(place, "rev-parse", "HEAD")):
            assert history.text(rev, "a.txt") == text
            assert history.paths(rev, "") == ("a.txt",)
    assert trace.read_text().count("git cat-file --filters") == 2
    assert trace.read_text().count("git ls-tree") == 2
    before = trace.read_text()
    assert history.not_commits([git(place, "rev-parse", "HEAD")] * 100) == frozenset()
    assert "cat-file" not in trace.read_text().removeprefix(before), (
        "the objects of tags are looked up without a process"
    )


def test_a_checked_out_commit_that_is_missing_is_an_error_and_not_an_empty_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "-b", "main")
    assert GitHistory(str(tmp_path)).head() is None
    (tmp_path / ".git/refs/heads/main").write_text("1" * 40 + "\n")
    with pytest.raises(CommandError, match=f"`HEAD` names the commit `{'1' * 40}`, which this clone does not have"):
        GitHistory(str(tmp_path)).head()


def test_a_file_that_git_cannot_read_is_an_error_and_not_a_missing_file(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# Changelog\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "feat: begin")
    id = git(tmp_path, "rev-parse", "HEAD:docs/a.md")
    blob = tmp_path / ".git/objects" / id[:2] / id[2:]
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    history = GitHistory(str(tmp_path))
    assert history.text("HEAD", "docs") is None
    with pytest.raises(CommandError, match="`git cat-file --filters` failed") as raised:
        history.text("HEAD", "docs/a.md")
    assert id in raised.value.tail


def committed_at(place: Path, seconds: int) -> str:
    """Create a commit with this time and return its id; `git hash-object` accepts any time."""
    tree = git(place, "init", "--quiet") or git(place, "write-tree")
    who = f"A <a@example.org> {seconds} +0000"
    text = f"tree {tree}\nauthor {who}\ncommitter {who}\n\nfeat: time\n"
    return git(place, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", input=text)


def git(place: Path, *words: str, input: str = "") -> str:
    done = subprocess.run(["git", *words], cwd=place, input=input, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("kind", ["LITERAL", "GLOB", "NOGLOB", "ICASE"])
def test_a_setting_of_the_user_for_paths_changes_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/a.txt").write_text("a\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "feat: begin")
    monkeypatch.setenv(f"GIT_{kind}_PATHSPECS", "1")
    history = GitHistory(str(tmp_path))
    assert history.touching(["app"], "HEAD") == {history.head()}
    assert history.entry_kinds("HEAD", ["app/a.txt"]) == {"app/a.txt": "file"}
    GitRepository(str(tmp_path)).create_tag("v1.0.0", str(history.head()), "message")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("GIT_CONFIG_COUNT", "abc", "bogus count in GIT_CONFIG_COUNT"),
        ("GIT_DIR", "/none", "not a git repository: '/none'"),
    ],
)
def test_a_variable_that_git_refuses_is_named_by_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    git(tmp_path, "init", "--quiet")
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match="is not inside a git repository") as raised:
        GitHistory(str(tmp_path)).head()
    assert message in str(raised.value.where)
    assert "`GIT_`" in str(raised.value.hint)

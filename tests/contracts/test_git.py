"""The contract of a clone, on disk and in memory."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CalledProcessError

import pytest
from contracts.clones import CLONES, Clone, over_a_bare_repository

from shipit.adapters.git import GitRepository
from shipit.core.commits import RawCommit
from shipit.core.history import records
from shipit.errors import BranchMoved, CommandError, ConflictError
from shipit.world import Git, RemoteRefs, TagRef


@pytest.fixture(params=CLONES, ids=lambda make: make.__name__)
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Clone:
    clone: Clone = request.param(tmp_path)
    return clone


@pytest.fixture
def git(clone: Clone) -> Git:
    return clone.git


def shared(clone: Clone, *messages: str) -> list[str]:
    """Commit `messages`, push them, and return their ids."""
    ids = [clone.commit(message) for message in messages]
    clone.push()
    return ids


def log(git: Git, *include: str, exclude: tuple[str, ...] = ()) -> list[RawCommit]:
    return list(records(git.log(include, exclude)))


def ids(git: Git, *include: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [commit.id for commit in log(git, *include, exclude=exclude)]


# -- commits


def test_before_the_first_commit_there_is_only_a_branch(git: Git) -> None:
    assert (git.head(), git.branch(), git.shallow(), git.tags(), git.dirty()) == (None, "main", False, (), ())
    assert git.commit("HEAD") is None
    assert git.remote_refs() == RemoteRefs()


def test_commits_are_not_signed_unless_git_is_configured_to(git: Git) -> None:
    assert not git.signs()


def test_a_commit_becomes_head_on_top_of_the_last(clone: Clone) -> None:
    first = clone.commit("feat: first", {"a.txt": "1"})
    second = clone.commit("fix: second", {"a.txt": "2"})
    assert clone.git.head() == second
    found = clone.git.commit("HEAD")
    assert found is not None
    assert (found.id, found.parents, found.message) == (second, (first,), "fix: second\n")
    assert (clone.git.text(first, "a.txt"), clone.git.text("HEAD", "a.txt")) == ("1", "2")


def test_the_same_change_committed_later_is_another_commit(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1"})
    second = clone.commit("feat: x", {"a.txt": "2"})
    clone.git.move_branch(first)
    assert clone.commit("feat: x", {"a.txt": "2"}) != second


def test_a_commit_contains_only_the_named_files(clone: Clone) -> None:
    clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    clone.edit("b.txt", "2")
    clone.edit("untracked.txt", "?")
    clone.commit("feat: new", {"a.txt": "2", "dir/new.txt": "3"})
    assert clone.git.paths("HEAD") == ("a.txt", "b.txt", "dir/new.txt")
    assert clone.git.paths("HEAD", "") == ("a.txt", "b.txt")
    assert clone.git.paths("HEAD", "dir") == ("dir/new.txt",)
    assert clone.git.paths("HEAD", "none") == ()
    assert clone.git.text("HEAD", "b.txt") == "1"
    assert clone.git.dirty() == ("b.txt",)


def test_a_removed_file_is_committed_as_removed(clone: Clone) -> None:
    clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    clone.remove("a.txt")
    assert clone.git.dirty() == ("a.txt",)
    clone.git.create_commit(["a.txt"], "fix: gone")
    assert clone.git.paths("HEAD") == ("b.txt",)
    assert clone.git.text("HEAD", "a.txt") is None


def test_a_commit_that_changes_nothing_is_refused(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1"})
    with pytest.raises(CommandError):
        clone.git.create_commit(["a.txt"], "feat: nothing")
    assert clone.git.head() == first


def test_a_commit_of_a_file_that_never_existed_is_refused(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1"})
    with pytest.raises(CommandError):
        clone.git.create_commit(["b.txt"], "feat: nothing")
    assert clone.git.head() == first


def test_a_commit_has_the_given_author(clone: Clone) -> None:
    clone.edit("a.txt", "1")
    clone.git.create_commit(["a.txt"], "feat: x\n", "release bot[1] <bot@example.org>")
    commit = log(clone.git, "HEAD")[0]
    assert commit.author == "release bot[1]"
    assert clone.author(commit.id) == "release bot[1] <bot@example.org>"


@pytest.mark.parametrize(
    "message",
    [
        "feat: x\n",
        "feat: 채팅방 검색\n\n## Features\n\n# not a comment\n- a  \n\n\nRefs: #1\n",
        "fix: x\n\n" + "y\n" * 9999,
    ],
)
def test_a_message_is_kept_as_it_was_given(clone: Clone, message: str) -> None:
    clone.commit(message)
    found = clone.git.commit("HEAD")
    assert found is not None
    assert found.message == message
    assert [commit.message for commit in log(clone.git, "HEAD")] == [message]


def test_text_is_returned_without_any_change_of_bytes(clone: Clone) -> None:
    text = "\ufeffa\r\nb\udcff\0\n\n"
    clone.commit("chore: begin", {"a.txt": text})
    assert clone.git.text("HEAD", "a.txt") == text


def test_a_missing_file_has_no_text(clone: Clone) -> None:
    clone.commit("chore: begin", {"dir/a.txt": "1"})
    assert clone.git.text("HEAD", "b.txt") is None
    assert clone.git.text("0" * 40, "dir/a.txt") is None


def test_every_committed_file_is_listed_in_order(clone: Clone) -> None:
    clone.commit("chore: begin", {"b.txt": "1", "dir/한글.txt": "1", "a b.txt": "1", "dir.txt": "1", "Z": "1"})
    assert clone.git.paths("HEAD") == ("Z", "a b.txt", "b.txt", "dir.txt", "dir/한글.txt")


def test_a_commit_without_files_lists_none(clone: Clone) -> None:
    clone.commit("chore: begin", {"a.txt": "1"})
    clone.remove("a.txt")
    clone.git.create_commit(["a.txt"], "fix: gone")
    assert clone.git.paths("HEAD") == ()


def test_a_commit_is_found_by_every_name_it_has(clone: Clone) -> None:
    (id,) = shared(clone, "feat: x")
    clone.git.create_tag("v1.0.0", id, "1.0.0\n")
    for rev in (
        "HEAD",
        "main",
        "refs/heads/main",
        "v1.0.0",
        "refs/tags/v1.0.0",
        "refs/remotes/origin/main",
        id,
        id[:7],
    ):
        found = clone.git.commit(rev)
        assert found is not None
        assert found.id == id


@pytest.mark.parametrize("rev", ["0" * 40, "v9", "refs/tags/v9", "no such thing"])
def test_a_revision_that_does_not_exist_is_no_commit(clone: Clone, rev: str) -> None:
    clone.commit("feat: x")
    assert clone.git.commit(rev) is None


def test_a_detached_head_is_on_no_branch_and_can_be_committed_on(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    clone.check_out(None, first)
    assert (clone.git.head(), clone.git.branch()) == (first, None)
    third = clone.commit("feat: c")
    assert clone.git.head() == third
    main = clone.git.commit("main")
    assert main is not None
    assert main.id == second


def test_a_tag_with_the_name_of_the_branch_does_not_hide_it(clone: Clone) -> None:
    clone.git.create_tag("main", clone.commit("feat: x"), "main")
    assert clone.git.branch() == "main"


def test_an_alias_of_a_branch_is_read_as_that_branch(tmp_path: Path) -> None:
    real = over_a_bare_repository(tmp_path)
    real.commit("feat: x")
    for command in (
        ["symbolic-ref", "refs/heads/alias", "refs/heads/main"],
        ["symbolic-ref", "HEAD", "refs/heads/alias"],
    ):
        subprocess.run(["git", "-C", tmp_path / "clone", *command], check=True)
    assert real.git.branch() == "main"


def test_a_head_that_is_a_link_names_its_branch(tmp_path: Path) -> None:
    real = over_a_bare_repository(tmp_path)
    real.commit("feat: x")
    head = tmp_path / "clone" / ".git" / "HEAD"
    head.unlink()
    head.symlink_to("refs/heads/main")
    assert real.git.branch() == "main"


# -- history


def test_the_log_is_newest_first_and_in_the_fixed_format(clone: Clone) -> None:
    first, second, third = (clone.commit(f"feat: {n}") for n in "abc")
    commits = log(clone.git, "HEAD")
    assert [(commit.id, commit.parents) for commit in commits] == [(third, (second,)), (second, (first,)), (first, ())]
    data = b"".join(clone.git.log(["HEAD"]))
    assert data.count(b"\0") == 3 * 5
    assert data.startswith(third.encode() + b"\0")
    assert f"feat: c\0{second}\0".encode() in data.replace(b"\n\0", b"\0")
    assert data.endswith(b"\0")
    info = clone.git.commit(third)
    assert info is not None
    assert commits[0].timestamp == info.timestamp == commits[1].timestamp + 1


def test_the_log_leaves_out_commits_reachable_from_the_excluded(clone: Clone) -> None:
    first, second, third = (clone.commit(f"feat: {n}") for n in "abc")
    assert ids(clone.git, third, exclude=(first,)) == [third, second]
    assert ids(clone.git, first, exclude=(third,)) == []


def forked(clone: Clone) -> tuple[str, str, str, str]:
    """begin -> ours -> merge, and begin -> theirs -> merge."""
    begin = clone.commit("chore: begin", {"a.txt": "0"})
    theirs = clone.commit("feat: theirs", {"b/b.txt": "1"})
    clone.check_out("main", begin)
    ours = clone.commit("feat: ours", {"a.txt": "1"})
    return begin, theirs, ours, clone.merge(theirs, "Merge branch 'theirs'")


def test_both_sides_are_reachable_from_a_merge(clone: Clone) -> None:
    begin, theirs, ours, merge = forked(clone)
    assert ids(clone.git, merge) == [merge, ours, theirs, begin]
    assert log(clone.git, merge)[0].parents == (ours, theirs)
    assert ids(clone.git, merge, exclude=(ours,)) == [merge, theirs]
    assert (clone.git.text(merge, "a.txt"), clone.git.text(merge, "b/b.txt")) == ("1", "1")


def test_the_commits_whose_changes_a_base_lacks_are_neither_in_its_history_nor_copied_there(clone: Clone) -> None:
    begin = clone.commit("chore: begin", {"a.txt": "0\n", "b.txt": "0\n"})
    copied = clone.commit("fix: a", {"a.txt": "1\n"})
    own = clone.commit("fix: b", {"b.txt": "1\n"})
    other = clone.commit("fix: c", {"c.txt": "1\n"})
    clone.check_out("main", begin)
    clone.commit("feat: d", {"d.txt": "1\n"})
    base = clone.commit("fix: a, picked", {"a.txt": "1\n"})
    assert clone.git.lacking(base, other) == (other, own)
    assert clone.git.lacking(base, other, [own]) == (other,)
    assert clone.git.lacking(base, begin) == ()
    assert copied not in clone.git.lacking(base, copied)


@pytest.mark.parametrize("rev", ["0" * 40, "v9"])
def test_the_log_of_a_revision_that_does_not_exist_is_an_error(clone: Clone, rev: str) -> None:
    clone.commit("feat: x")
    with pytest.raises(CommandError):
        list(clone.git.log([rev]))


def test_the_commits_that_touch_a_path_are_known(clone: Clone) -> None:
    begin, theirs, ours, merge = forked(clone)
    assert clone.git.touching(["a.txt"], merge) >= {begin, ours}
    assert theirs not in clone.git.touching(["a.txt"], merge)
    assert clone.git.touching(["b"], merge) >= {theirs}
    assert not clone.git.touching(["b"], merge) & {begin, ours}
    assert clone.git.touching(["b"], ours) == frozenset()
    assert begin not in clone.git.touching(["a.txt"], merge, [begin])
    assert clone.git.touching(["a.txt", "b"], merge) >= {begin, ours, theirs}
    assert clone.git.touching([""], merge) >= {begin, ours, theirs}
    assert clone.git.touching(["a.txt", "b"], ours, also=[theirs]) >= {begin, ours, theirs}
    assert clone.git.touching(["a.txt", "b"], merge, without=["b"]) >= {begin, ours}
    assert theirs not in clone.git.touching(["a.txt", "b"], merge, without=["b"])
    assert not clone.git.touching([""], merge, without=["a.txt", "b/b.txt"]) & {ours, theirs}
    assert clone.git.touching(["b"], merge, without=["b/b"]) >= {theirs}
    assert clone.git.touching(["no"], merge) == clone.git.touching(["*"], merge) == frozenset()


def test_a_merge_touches_the_paths_that_it_brings_to_its_branch(clone: Clone) -> None:
    *_, merge = forked(clone)
    assert (merge in clone.git.touching(["a.txt"], merge), merge in clone.git.touching(["b"], merge)) == (False, True)


def test_the_kinds_of_the_entries_of_a_commit_are_known(clone: Clone) -> None:
    first = clone.commit("feat: a", {"a/b/c.txt": "1", "d.txt": "1"})
    kinds = clone.git.entry_kinds(first, ["a", "a/b", "d.txt", "no", "a/no", ":x"])
    assert kinds == {"a": "directory", "a/b": "directory", "d.txt": "file"}
    assert not clone.git.entry_kinds(first, [])


def test_nested_files_are_the_tracked_ones_below_the_root(clone: Clone) -> None:
    names = ("package.json", "build.gradle")
    files = ("b/package.json", "a/b/build.gradle", "a/other.gradle", "a/my-package.json", "package.json")
    clone.commit("feat: a", dict.fromkeys(files, "{}"))
    assert clone.git.nested_files(names) == ("a/b/build.gradle", "b/package.json")
    clone.commit("feat: b", {"package.json": '{\n  "version": "1.0.0"\n}\n'})
    assert clone.git.nested_files(names) == ()


def test_ancestors_are_known(clone: Clone) -> None:
    begin, theirs, ours, merge = forked(clone)
    assert clone.git.is_ancestor(begin, merge)
    assert clone.git.is_ancestor(ours, ours)
    assert not clone.git.is_ancestor(ours, theirs)
    assert not clone.git.is_ancestor(merge, begin)
    assert not clone.git.is_ancestor("0" * 40, merge)
    assert not clone.git.is_ancestor(begin, "0" * 40)


def test_the_reachable_ones_of_many_commits_are_known(clone: Clone) -> None:
    begin, theirs, ours, merge = forked(clone)
    assert clone.git.reachable(ours, [begin, theirs, ours, merge]) == {begin, ours}
    assert clone.git.reachable("HEAD", [theirs, merge]) == {theirs, merge}
    assert clone.git.reachable(ours, []) == frozenset()


def test_a_shallow_clone_is_deepened_to_the_whole_history(clone: Clone) -> None:
    first, second, third = shared(clone, "feat: a", "feat: b", "feat: c")
    clone.git.create_tag("v1.0.0", first, "1.0.0\n")
    clone.push("v1.0.0")
    other = clone.another(depth=2)
    assert other.git.shallow()
    assert ids(other.git, "HEAD") == [third, second]
    assert log(other.git, "HEAD")[-1].parents == ()
    other.git.deepen()
    assert not other.git.shallow()
    assert ids(other.git, "HEAD") == [third, second, first]
    assert TagRef("v1.0.0", first, annotated=True) in other.git.tags()


# -- the working tree


def test_changed_and_removed_files_are_dirty_but_untracked_ones_are_not(clone: Clone) -> None:
    clone.commit("chore: begin", {"a b.txt": "1", "한글.txt": "1", "c.txt": "1"})
    assert clone.git.dirty() == ()
    clone.edit("a b.txt", "2")
    clone.edit("new.txt", "2")
    clone.remove("한글.txt")
    assert clone.git.dirty() == ("a b.txt", "한글.txt")
    differing = [path for path in ("a b.txt", "new.txt", "한글.txt", "c.txt", "none.txt") if clone.git.differs(path)]
    assert differing == ["a b.txt", "new.txt", "한글.txt"]
    clone.edit("a b.txt", "1")
    assert clone.git.dirty() == ("한글.txt",)


def test_an_untracked_file_with_a_rule_is_ignored(clone: Clone) -> None:
    clone.commit("chore: begin", {"tracked.md": "1"})
    clone.edit(".gitignore", "new.md\ntracked.md\n")
    assert [path for path in ("new.md", "other.md", "tracked.md") if clone.git.ignores(path)] == ["new.md"]


def test_moving_the_branch_brings_its_files(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "gone.txt": "1"})
    clone.remove("gone.txt")
    clone.edit("a.txt", "2")
    second = clone.git.create_commit(["a.txt", "gone.txt"], "feat: x")
    clone.git.move_branch(first)
    assert (clone.git.head(), clone.git.branch(), clone.git.dirty()) == (first, "main", ())
    assert (clone.files.read("a.txt"), clone.files.read("gone.txt")) == ("1", "1")
    clone.git.move_branch(second)
    assert (clone.files.read("a.txt"), clone.files.read("gone.txt")) == ("2", None)
    assert (clone.git.head(), clone.git.dirty()) == (second, ())


def test_moving_the_branch_keeps_other_edits(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    clone.commit("feat: x", {"a.txt": "2"})
    clone.edit("b.txt", "edited")
    clone.edit("new.txt", "untracked")
    clone.git.move_branch(first)
    assert clone.git.dirty() == ("b.txt",)
    assert (clone.files.read("b.txt"), clone.files.read("new.txt")) == ("edited", "untracked")


@pytest.mark.parametrize("path", ["a.txt", "new.txt"])
def test_moving_the_branch_never_loses_an_edit(clone: Clone, path: str) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1"})
    second = clone.commit("feat: x", {"a.txt": "2", "new.txt": "2"})
    clone.git.move_branch(first)
    clone.edit(path, "edited")
    with pytest.raises(ConflictError) as raised:
        clone.git.move_branch(second)
    assert raised.value.hint
    assert (clone.git.head(), clone.files.read(path)) == (first, "edited")


def test_moving_the_branch_restores_the_named_files(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1", "gone.txt": "1"})
    second = clone.commit("feat: x", {"a.txt": "2", "new.txt": "2"})
    clone.git.move_branch(first)
    for path in ("a.txt", "b.txt", "new.txt"):
        clone.edit(path, "left by a killed run")
    clone.remove("gone.txt")
    clone.git.move_branch(second, ["a.txt", "b.txt", "gone.txt", "new.txt", "never.txt"])
    assert (clone.git.head(), clone.git.dirty()) == (second, ())
    assert [clone.files.read(path) for path in ("a.txt", "b.txt", "gone.txt", "new.txt")] == ["2", "1", "1", "2"]


def test_the_branch_of_a_copied_clone_moves(tmp_path: Path) -> None:
    real = over_a_bare_repository(tmp_path)
    first = real.commit("chore: begin", {"a.txt": "1"})
    second = real.commit("feat: x", {"a.txt": "2"})
    place = shutil.copytree(tmp_path / "clone", tmp_path / "copied", copy_function=shutil.copyfile)
    copied = GitRepository(str(place))
    for commit in (first, second):
        copied.move_branch(commit)
        assert (copied.head(), copied.dirty()) == (commit, ())


def test_the_branch_does_not_move_in_the_middle_of_a_merge(tmp_path: Path) -> None:
    real = over_a_bare_repository(tmp_path)
    first = real.commit("chore: begin", {"a.txt": "1"})
    second = real.commit("feat: x", {"a.txt": "2"})
    real.check_out("main", first)
    third = real.commit("feat: y", {"a.txt": "3"})
    with pytest.raises(CalledProcessError):
        real.merge(second, "merge")
    with pytest.raises(ConflictError, match="uncommitted changes prevent moving"):
        real.git.move_branch(first)
    assert real.git.head() == third


def test_a_lock_that_appears_while_the_branch_moves_is_named_and_not_taken_for_an_edit(tmp_path: Path) -> None:
    real = over_a_bare_repository(tmp_path)
    first = real.commit("chore: begin", {"a.txt": "1"})
    second = real.commit("feat: x", {"a.txt": "2"})
    lock = tmp_path / "clone" / ".git" / "HEAD.lock"
    lock.touch()
    with pytest.raises(CommandError) as failed:
        real.git.move_branch(first)
    assert failed.value.hint == (
        f"if no git process is running in this clone: rm {lock}, then run the same command again"
    )
    lock.unlink()
    assert real.git.head() == second


def test_a_new_file_that_is_restored_is_removed(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1"})
    clone.edit("new.txt", "left by a killed run")
    clone.git.move_branch(first, ["new.txt"])
    assert clone.files.read("new.txt") is None


def test_a_commit_is_adopted_without_touching_a_file(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    second = clone.commit("feat: x", {"a.txt": "2", "new.txt": "2"})
    clone.git.move_branch(first)
    for path in ("a.txt", "new.txt"):
        clone.edit(path, "2")
    clone.edit("b.txt", "edited")
    clone.git.adopt(second)
    assert (clone.git.head(), clone.git.branch(), clone.git.dirty()) == (second, "main", ("b.txt",))
    assert clone.files.read("b.txt") == "edited"


# -- commits on no branch


def test_a_commit_is_made_on_no_branch_and_changes_nothing_else(clone: Clone) -> None:
    clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    head = clone.commit("feat: more", {"dir/c.txt": "1"})
    clone.edit("b.txt", "edited")
    files = clone.git.write_files(head, {"a.txt": "2", "dir/new.txt": "한글\n"})
    made = clone.git.commit_files(files, head, "chore: proposed\n\nnotes\n", "Ada <ada@example.org>")
    found = clone.git.commit(made)
    assert found is not None
    assert (found.parents, found.message) == ((head,), "chore: proposed\n\nnotes\n")
    assert clone.author(made) == "Ada <ada@example.org>"
    assert clone.git.files_id(made) == files != clone.git.files_id(head)
    assert clone.git.changed(made) == ("a.txt", "dir/new.txt")
    assert [clone.git.text(made, path) for path in ("a.txt", "b.txt", "dir/new.txt")] == ["2", "1", "한글\n"]
    assert (clone.git.head(), clone.git.dirty(), clone.files.read("a.txt")) == (head, ("b.txt",), "1")


def test_two_commits_are_merged_without_the_working_tree(clone: Clone) -> None:
    base = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1", "c.txt": "1"})
    one = clone.git.commit_files(clone.git.write_files(base, {"a.txt": "2", "c.txt": "2"}), base, "feat: one\n")
    other = clone.git.commit_files(clone.git.write_files(base, {"b.txt": "2", "new.txt": "2"}), base, "feat: other\n")
    clone.edit("a.txt", "edited")
    merge = clone.git.merge_files(one, other)
    assert merge.conflicts == ()
    made = clone.git.commit_files(merge.files, one, "chore: merge\n", merged=other)
    found = clone.git.commit(made)
    assert found and (found.parents, found.message) == ((one, other), "chore: merge\n")
    assert [clone.git.text(made, f"{name}.txt") for name in ("a", "b", "c", "new")] == ["2", "2", "2", "2"]
    assert (clone.git.head(), clone.git.dirty(), clone.files.read("a.txt")) == (base, ("a.txt",), "edited")


def test_a_merge_that_conflicts_names_the_files(clone: Clone) -> None:
    base = clone.commit("chore: begin", {"a.txt": "1", "dir/한글.txt": "1", "c.txt": "1"})
    sides = (clone.git.write_files(base, {"a.txt": side, "dir/한글.txt": side, f"{side}.txt": "1"}) for side in "xy")
    one, other = (clone.git.commit_files(side, base, "feat: a side\n") for side in sides)
    assert clone.git.merge_files(one, other).conflicts == ("a.txt", "dir/한글.txt")


def test_a_merge_of_an_unknown_commit_is_an_error(clone: Clone) -> None:
    one = clone.commit("chore: begin", {"a.txt": "1"})
    with pytest.raises(CommandError):
        clone.git.merge_files(one, "f" * 40)


def test_the_same_files_have_the_same_id(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1"})
    second = clone.commit("feat: more", {"a.txt": "2"})
    assert clone.git.write_files(first, {"a.txt": "2"}) == clone.git.files_id(second)
    assert clone.git.files_id("0" * 40) is None
    directory = str(clone.git.files_id(second))
    assert clone.git.not_commits([first, directory, "0" * 40]) == {directory}


def test_a_change_is_made_again_on_another_commit(clone: Clone) -> None:
    first = clone.commit("chore: begin", {"a.txt": "1", "b.txt": "1", "gone.txt": "1"})
    clone.remove("gone.txt")
    clone.edit("b.txt", "by hand")
    clone.edit("new.txt", "new")
    clone.commit("docs: by hand", {"a.txt": "2"})
    clone.git.create_commit(("gone.txt",), "docs: remove")
    removed = str(clone.git.head())
    edited = clone.commit("docs: edit\n\nwith a body", {"b.txt": "by hand", "new.txt": "new"})
    clone.check_out("other", first)
    onto = clone.commit("feat: later", {"c.txt": "1"})
    one = clone.git.reapply(removed, onto, {})
    two = clone.git.reapply(edited, one, {"b.txt": "merged"})
    assert clone.git.paths(two) == ("a.txt", "b.txt", "c.txt", "new.txt")
    assert [clone.git.text(two, path) for path in ("a.txt", "b.txt", "new.txt")] == ["1", "merged", "new"]
    found = clone.git.commit(two)
    assert found is not None
    assert (found.parents, found.message) == ((one,), "docs: edit\n\nwith a body\n")
    assert clone.author(two) == clone.author(edited)
    assert clone.git.head() == onto


def test_a_branch_is_forced_to_another_commit_only_from_the_expected_one(clone: Clone) -> None:
    base = clone.commit("chore: begin", {"a.txt": "1"})
    clone.push()
    one, other = (clone.git.commit_files(clone.git.write_files(base, {"a.txt": text}), base, text) for text in "23")
    clone.git.push(branch="proposed", commit=one, expected=None, tags=())
    clone.git.push(branch="proposed", commit=other, expected=one, tags=())
    assert clone.git.remote_refs().branches["proposed"] == other
    with pytest.raises(BranchMoved):
        clone.git.push(branch="proposed", commit=base, expected=one, tags=())
    assert clone.git.remote_refs().branches["proposed"] == other


# -- tags


def test_tags_are_annotated_or_lightweight_and_lead_to_a_commit(clone: Clone) -> None:
    first = clone.commit("feat: a\n")
    clone.git.create_tag("v1.0.0", first, "1.0.0\n\n# Features\n\n- 검색\n")
    second = clone.commit("feat: b\n")
    clone.tag("app/v2")
    assert clone.git.tags() == (TagRef("app/v2", second), TagRef("v1.0.0", first, annotated=True))
    assert clone.git.tag_message("v1.0.0").rstrip("\n") == "1.0.0\n\n# Features\n\n- 검색"
    assert clone.git.tag_message("app/v2").rstrip("\n") == "feat: b"
    assert clone.git.tag_message("v9") == ""


def test_a_tag_has_the_time_when_it_was_made_or_that_of_its_commit(clone: Clone) -> None:
    assert clone.git.tag_times() == {}
    commit = clone.commit("feat: a")
    clone.tag("app/v2")
    clone.git.create_tag("v1.0.0", commit, "1.0.0")
    made = clone.git.commit(commit)
    times = clone.git.tag_times()
    assert made
    assert (list(times), times["app/v2"]) == (["app/v2", "v1.0.0"], made.timestamp)
    assert times["v1.0.0"] >= made.timestamp


def test_a_tag_that_exists_is_not_made_again(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    clone.git.create_tag("v1.0.0", first, "1.0.0\n")
    with pytest.raises(CommandError):
        clone.git.create_tag("v1.0.0", second, "1.0.0\n")
    assert clone.git.tags() == (TagRef("v1.0.0", first, annotated=True),)


def test_a_deleted_tag_is_gone_and_cannot_be_deleted_again(clone: Clone) -> None:
    clone.git.create_tag("v1.0.0", clone.commit("feat: a"), "1.0.0\n")
    clone.git.delete_tag("v1.0.0")
    assert clone.git.tags() == ()
    with pytest.raises(CommandError):
        clone.git.delete_tag("v1.0.0")


# -- the remote


def test_the_remote_has_branches_tags_and_a_default_branch(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    clone.git.create_tag("v1.0.0", first, "1.0.0\n")
    clone.tag("light")
    clone.push("v1.0.0", "light")
    assert clone.git.remote_refs() == RemoteRefs({"main": second}, {"v1.0.0": first, "light": second}, "main")


def test_a_remote_whose_head_names_no_branch_has_a_default_branch_only_if_it_has_one_branch(clone: Clone) -> None:
    first = clone.commit("feat: a")
    clone.check_out("prod", first)
    assert clone.git.remote_refs().default is None
    clone.push()
    assert clone.git.remote_refs().default == "prod"
    clone.check_out("dev", first)
    clone.push()
    assert clone.git.remote_refs().default == ""


def test_a_valid_clone_has_a_remote_and_no_findings(clone: Clone) -> None:
    assert clone.git.remote_url()
    urls = clone.git.remote_urls()
    assert urls.fetch and urls.push == (urls.fetch,)
    assert clone.git.remote == "origin"
    assert clone.git.findings() == ()


def test_fetching_brings_branches_and_tags_and_moves_nothing_here(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    other = clone.another()
    second = other.commit("feat: b")
    other.git.create_tag("v1.0.0", second, "1.0.0\n")
    other.push("v1.0.0")
    other.check_out("1.x", first)
    third = other.commit("fix: c")
    other.push()
    assert (clone.git.commit(second), clone.git.tracked("1.x")) == (None, None)
    clone.git.fetch()
    assert (clone.git.head(), clone.git.dirty()) == (first, ())
    assert (clone.git.tracked("main"), clone.git.tracked("1.x")) == (second, third)
    assert clone.git.tags() == (TagRef("v1.0.0", second, annotated=True),)
    assert clone.git.commit(third) is not None


def test_the_notes_of_the_remote_are_fetched_and_read_also_after_they_changed(clone: Clone) -> None:
    first, second = shared(clone, "feta: one", "feat: two")
    other = clone.another()
    assert other.git.notes([first, second]) == {}
    for text in ("feat: one", "fix: one\n\nand more"):
        clone.note(first, text)
        assert not other.git.has_fetched(other.git.remote_refs())
        other.git.fetch()
        assert other.git.has_fetched(other.git.remote_refs())
        assert {id: note.strip() for id, note in other.git.notes([first, second]).items()} == {first: text}
    assert clone.another().git.notes([second]) == {}


def test_a_commit_that_no_branch_or_tag_leads_to_any_more_is_not_fetched(clone: Clone) -> None:
    (kept,) = shared(clone, "feat: kept")
    left = clone.commit("feat: left")
    clone.git.push(branch="topic", commit=left, expected=None, tags=())
    clone.git.push(branch="topic", commit=kept, expected=left, tags=())
    other = clone.another()
    other.git.fetch()
    assert other.git.commit(kept) is not None
    assert other.git.commit(left) is None


def test_fetching_never_moves_a_tag_and_still_brings_the_others(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    other = clone.another()
    for name in ("v1", "v1.0.0"):
        other.git.create_tag(name, second, "1.0.0\n")
        other.push(name)
    clone.git.create_tag("v1", first, "local\n")
    clone.git.fetch()
    assert {tag.name: tag.commit for tag in clone.git.tags()} == {"v1": first, "v1.0.0": second}


def test_a_clone_has_fetched_what_the_remote_has_until_a_branch_or_a_tag_is_new_or_differs(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    assert clone.git.has_fetched(clone.git.remote_refs())
    other = clone.another()
    second = other.commit("feat: b")
    other.push()
    assert not clone.git.has_fetched(clone.git.remote_refs())
    clone.git.fetch()
    assert clone.git.has_fetched(clone.git.remote_refs())
    other.git.create_tag("v1.0.0", second, "1.0.0\n")
    other.push("v1.0.0")
    assert not clone.git.has_fetched(clone.git.remote_refs())
    clone.git.create_tag("v1.0.0", first, "local\n")
    assert not clone.git.has_fetched(clone.git.remote_refs())
    clone.git.delete_tag("v1.0.0")
    clone.git.fetch()
    clone.git.create_tag("v2.0.0", first, "only here\n")
    assert clone.git.has_fetched(clone.git.remote_refs())


def test_a_branch_that_was_never_fetched_is_not_tracked(clone: Clone) -> None:
    shared(clone, "feat: a")
    assert clone.git.tracked("nope") is None


def released(clone: Clone, expected: str | None, *, branch: str | None = "main") -> str:
    """Push a commit and a tag `v1.0.0` on it, as a release does, and return the id of the commit."""
    commit = clone.commit("chore(release): 1.0.0", {"VERSION": "1.0.0"})
    clone.git.create_tag("v1.0.0", commit, "1.0.0\n")
    clone.git.push(branch=branch, commit=commit, expected=expected, tags=["v1.0.0"])
    return commit


def test_a_push_brings_commit_and_tags(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    commit = released(clone, first)
    assert clone.git.remote_refs() == RemoteRefs({"main": commit}, {"v1.0.0": commit}, "main")
    assert clone.git.tracked("main") == commit
    assert clone.another().git.tags() == (TagRef("v1.0.0", commit, annotated=True),)


def test_tags_are_pushed_alone_without_a_branch(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    commit = released(clone, None, branch=None)
    assert clone.git.remote_refs() == RemoteRefs({"main": first}, {"v1.0.0": commit}, "main")


def test_a_branch_that_is_expected_not_to_exist_is_made(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    commit = released(clone, None, branch="next")
    assert clone.git.remote_refs().branches == {"main": first, "next": commit}


def test_a_branch_is_deleted_on_the_remote_only_where_it_was_expected(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    clone.git.push(branch="next", commit=first, expected=None, tags=())
    with pytest.raises(BranchMoved):
        clone.git.delete_branch("next", "0" * 40)
    assert "next" in clone.git.remote_refs().branches
    clone.git.delete_branch("next", first)
    assert clone.git.remote_refs().branches == {"main": first}
    assert clone.git.tracked("next") is None


def test_pushing_twice_changes_nothing(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    commit = released(clone, first)
    refs = clone.git.remote_refs()
    clone.git.push(branch="main", commit=commit, expected=first, tags=["v1.0.0"])
    assert clone.git.remote_refs() == refs


@pytest.mark.parametrize("expected", [lambda first: first, lambda first: None], ids=["elsewhere", "not there"])
def test_nothing_is_pushed_if_the_branch_moved(clone: Clone, expected: Callable[[str], str | None]) -> None:
    (first,) = shared(clone, "feat: a")
    other = clone.another()
    (second,) = shared(other, "feat: b")
    with pytest.raises(BranchMoved) as raised:
        released(clone, expected(first))
    assert "`main`" in raised.value.what
    assert raised.value.hint
    assert "nothing was pushed" in str(raised.value.state)
    assert clone.git.remote_refs() == RemoteRefs({"main": second}, {}, "main")


def test_nothing_is_pushed_if_the_tag_exists_on_another_commit(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    other = clone.another()
    other.git.create_tag("v1.0.0", first, "mine\n")
    other.push("v1.0.0")
    with pytest.raises(ConflictError) as raised:
        released(clone, first)
    assert not isinstance(raised.value, BranchMoved)
    assert raised.value.hint
    assert clone.git.remote_refs() == RemoteRefs({"main": first}, {"v1.0.0": first}, "main")


def test_a_moved_branch_is_reported_before_an_existing_tag_because_a_new_plan_helps(clone: Clone) -> None:
    (first,) = shared(clone, "feat: a")
    other = clone.another()
    theirs = released(other, first)
    with pytest.raises(BranchMoved):
        released(clone, first)
    assert clone.git.remote_refs() == RemoteRefs({"main": theirs}, {"v1.0.0": theirs}, "main")


def test_a_moving_tag_is_moved_in_the_clone_and_on_the_remote(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    clone.git.create_tag("v1", first, "annotated\n")
    clone.push("v1")
    for commit in (second, first, first):
        clone.git.move_tag("v1", commit)
        assert clone.git.remote_refs().tags == {"v1": commit}
        assert clone.git.tags() == (TagRef("v1", commit),)
    clone.git.move_tag("v1.0", second)
    assert clone.git.remote_refs().tags == {"v1": first, "v1.0": second}


def test_a_clone_with_an_old_moving_tag_can_fetch(clone: Clone) -> None:
    first, second = shared(clone, "feat: a", "feat: b")
    clone.git.move_tag("v1", first)
    other = clone.another()
    other.git.fetch()
    clone.git.move_tag("v1", second)
    other.git.fetch()
    assert other.git.remote_refs().tags == {"v1": second}

"""A release that fails before its push leaves the files as they were, and says how to undo the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine.stage import FILES, Stage, new_world

from shipit.config.load import parse_config
from shipit.engine.apply import apply_steps
from shipit.errors import CommandError, ConflictError, PreflightError, RemoteError
from shipit.finding import Finding
from shipit.plan.release import interrupted_findings
from shipit.steps.base import Step
from shipit.steps.repository import Push, ReleaseCommit, Run, SyncBranch, WriteFile
from shipit.testing import FakeWorld, Killed


def failing(error: BaseException, change: Callable[[Any], None] = lambda files: None) -> FakeWorld:
    """Return a world in which the command of `prepare` changes files and fails."""
    world = new_world()

    def run(files: Any, env: Any) -> None:
        change(files)
        raise error

    world.process.effects["make jar"] = run
    return world


def texts(world: FakeWorld) -> dict[str, str | None]:
    return {path: world.files.read(path) for path in FILES}


@pytest.mark.parametrize("settings", ["", 'write-back = "api"\n', 'write-back = "none"\n', "snapshot = true\n"])
def test_a_failed_prepare_restores_the_files_that_shipit_wrote(settings: str, tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"))
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path, settings).release(world)
    assert texts(world) == FILES
    assert world.git.dirty() == ()
    assert "nothing was pushed. Failed at: run make jar. Restored: build.gradle" in str(raised.value.state)


def test_an_interrupt_restores_the_files_and_names_the_state(tmp_path: Path) -> None:
    world = failing(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as raised:
        Stage.of(tmp_path).release(world)
    assert texts(world) == FILES
    assert raised.value.__notes__ == [
        "nothing was pushed. Stopped at: run make jar. Restored: build.gradle, CHANGELOG.md."
    ]


def test_a_file_that_prepare_changed_is_kept_with_the_command_that_undoes_it(tmp_path: Path) -> None:
    def edit(files: Any) -> None:
        files.edit("build.gradle", "version = '1.1.0'\nlocked = true\n")

    world = failing(CommandError("`make jar` failed"), edit)
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path).release(world)
    assert texts(world) == {"build.gradle": "version = '1.1.0'\nlocked = true\n", "CHANGELOG.md": FILES["CHANGELOG.md"]}
    state = str(raised.value.state)
    assert "Restored: CHANGELOG.md. Done, but not public: write build.gradle." in state
    assert state.endswith("To undo: git checkout HEAD -- build.gradle.")
    assert "Before the next run: commit or undo what your commands changed: build.gradle." in state
    with pytest.raises(PreflightError) as refused:
        Stage.of(tmp_path).release(world.next_run())
    assert [finding.code for finding in refused.value.findings] == ["dirty"]


def test_another_file_that_prepare_changed_is_named_because_the_next_run_refuses_it(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"), lambda files: files.edit("search.txt", "lost"))
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path).release(world)
    assert str(raised.value.state).endswith(
        "Before the next run: commit or undo what your commands changed: search.txt."
    )


def test_a_lock_of_git_that_prepare_left_is_named_because_the_next_run_refuses_it(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"))
    left = world.process.effects["make jar"]

    def lock(files: Any, env: Any) -> None:
        world.git.problems = (Finding("index-lock", "the clone has a file `index.lock`", "rm .git/index.lock"),)
        left(files, env)

    world.process.effects["make jar"] = lock
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path).release(world)
    state = str(raised.value.state)
    assert "Before the next run: rm .git/index.lock." in state
    assert "no clean-up" not in state


def test_a_merge_that_prepare_began_is_named_because_the_next_run_refuses_it(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"))
    left = world.process.effects["make jar"]

    def merge(files: Any, env: Any) -> None:
        world.git.problems = (Finding("unfinished-merge", "a merge is not finished", "git merge --abort"),)
        left(files, env)

    world.process.effects["make jar"] = merge
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path).release(world)
    assert "Before the next run: git merge --abort." in str(raised.value.state)


def test_a_file_that_prepare_made_git_ignore_is_named_because_the_next_run_refuses_it(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"), lambda files: files.edit(".gitignore", "CHANGES.md\n"))
    config = parse_config("[release]\nprepare = ['make jar']\n[changelog]\nfile = 'CHANGES.md'\n")
    with pytest.raises(CommandError) as raised:
        Stage(config, tmp_path).release(world)
    assert "let git no longer ignore CHANGES.md: git check-ignore -v CHANGES.md" in str(raised.value.state)


UNDONE: dict[str, tuple[Callable[[Any], None], str]] = {
    "removed": (lambda files: files.held.pop("build.gradle"), "`build.gradle`, which the release wrote, is gone"),
    "restored": (
        lambda files: files.edit("build.gradle", FILES["build.gradle"]),
        "`build.gradle`, which the release wrote, has its old text again",
    ),
}


@pytest.mark.parametrize("settings", ["", 'write-back = "api"\n', "snapshot = true\n"])
@pytest.mark.parametrize("how", UNDONE)
def test_a_release_whose_files_prepare_undid_is_not_made(how: str, settings: str, tmp_path: Path) -> None:
    world = new_world()
    undo, reason = UNDONE[how]
    jar = world.process.effects["make jar"]

    def make(files: Any, env: Any) -> None:
        jar(files, env)
        undo(files)

    world.process.effects["make jar"] = make
    with pytest.raises(ConflictError, match=reason) as raised:
        Stage.of(tmp_path, settings).release(world)
    assert "`prepare`" in str(raised.value.hint)
    assert "nothing was pushed" in str(raised.value.state) and "no clean-up" not in str(raised.value.state)
    assert list(world.remote.tags) == ["v1.0.0"]


def test_a_file_that_prepare_formats_is_released_as_it_is_then(tmp_path: Path) -> None:
    world = new_world()
    jar = world.process.effects["make jar"]

    def make(files: Any, env: Any) -> None:
        jar(files, env)
        files.edit("CHANGELOG.md", files.read("CHANGELOG.md").replace("\n\n", "\n"))

    world.process.effects["make jar"] = make
    Stage.of(tmp_path).release(world)
    assert "\n\n" not in world.remote.tree("main")["CHANGELOG.md"]


def test_nothing_is_said_about_a_clean_up_when_git_fails(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"), lambda files: files.edit("build.gradle", "version = '1.1.0'\n"))

    def broken() -> tuple[str, ...]:
        raise CommandError("git failed")

    run = world.process.effects["make jar"]

    def destroy(files: Any, env: Any) -> None:
        world.git.dirty = broken  # type: ignore[method-assign]
        run(files, env)

    world.process.effects["make jar"] = destroy
    with pytest.raises(CommandError) as raised:
        Stage.of(tmp_path).release(world)
    assert "Done, but not public: write build.gradle" in str(raised.value.state)
    assert "clean-up" not in str(raised.value.state)


def test_a_file_that_a_build_changed_is_named_also_when_shipit_wrote_no_file() -> None:
    world = failing(CommandError("`make jar` failed"), lambda files: files.edit("search.txt", "lost"))
    commit = ReleaseCommit("a" * 40, "chore(release): 1.1.0", "v1.1.0", "main")
    with pytest.raises(CommandError) as raised:
        apply_steps([Run("./build", 60), Run("make jar", 60), Push(commit, "main", None, ("v1.1.0",))], world)
    assert str(raised.value.state).endswith(
        "Done, but not public: run ./build. Before the next run: commit or undo what your commands changed: search.txt."
    )


def test_after_a_killed_release_the_fix_for_other_changes_leaves_its_files_out(tmp_path: Path) -> None:
    world = failing(Killed(), lambda files: files.edit("search.txt", "lost"))
    with pytest.raises(Killed):
        Stage.of(tmp_path).release(world)
    with pytest.raises(PreflightError) as refused:
        Stage.of(tmp_path).release(world.next_run())
    (finding,) = (each for each in refused.value.findings if each.code == "dirty")
    assert finding.fix.startswith("git commit -- search.txt, or git stash push -- search.txt;")
    assert "if your `prepare` commands made these changes: git checkout HEAD -- search.txt;" in finding.fix


def test_a_refused_push_says_how_to_undo_the_commit_and_the_tag(tmp_path: Path) -> None:
    world = new_world()
    base = str(world.git.head())

    def refuse(**_: object) -> None:
        raise RemoteError("the remote refused the push")

    world.git.push = refuse  # type: ignore[method-assign]
    with pytest.raises(RemoteError) as raised:
        Stage.of(tmp_path).release(world)
    assert str(raised.value.state).endswith(f"To undo: git tag -d v1.1.0 && git reset --keep {base[:10]}.")


def test_the_release_succeeds_after_a_failed_prepare(tmp_path: Path) -> None:
    world = failing(CommandError("`make jar` failed"))
    with pytest.raises(CommandError):
        Stage.of(tmp_path).release(world)
    world.process.effects["make jar"] = lambda files, env: files.edit("build/app.jar", "built")
    Stage.of(tmp_path).release(world.next_run())
    assert "v1.1.0" in world.remote.tags


def test_doctor_says_how_to_undo_the_files_of_a_killed_release() -> None:
    commit = ReleaseCommit("a" * 40, "chore(release): 1.1.0", "v1.1.0", "main")
    steps = [
        WriteFile("build.gradle", "2", ("one", "two"), commit),
        WriteFile("CHANGELOG.md", "2", ("", "two"), commit),
    ]
    (finding,) = interrupted_findings(steps)
    assert finding.what == "an interrupted release left changes in this clone: `CHANGELOG.md`, `build.gradle`"
    assert finding.fix.endswith("to undo it: rm CHANGELOG.md && git checkout HEAD -- build.gradle")


def test_doctor_says_how_to_undo_the_tag_of_a_killed_release() -> None:
    sync = SyncBranch("b" * 40, "a" * 40, (), None, {"v1.1.0": "a" * 40})
    (finding,) = interrupted_findings([sync])
    assert finding.fix.endswith(f"to undo it: git tag -d v1.1.0 && git reset --keep {'b' * 10}")


def test_doctor_says_nothing_about_files_that_nobody_wrote_before() -> None:
    commit = ReleaseCommit("a" * 40, "chore(release): 1.1.0", "v1.1.0", "main")
    steps: list[Step] = [WriteFile("build.gradle", "2", ("one",), commit), SyncBranch("b" * 40, "a" * 40)]
    assert list(interrupted_findings(steps)) == []

"""Runs that come after a run which was cut off: with the saved plan, on another day, after people worked on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from release.runs import Driver, hook
from release.scene import End, Scene

from templates import calculated

BUILD = '[release]\nprepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'
GRADLE, CHANGELOG, PREPARE, COMMIT, TAG, DRAFT, UPLOAD, PUSH, PUBLISH = range(1, 10)
AS_PLANNED = ("files.write", "files.write", "process.run", "git.create_commit", "git.create_tag")
PLANNED = (*AS_PLANNED, "forge.create_draft", "forge.upload_asset", "git.push", "forge.publish")


@pytest.fixture(scope="session")
def whole(driver: Driver, shared: Path) -> End:
    """The end of a release with `BUILD` that nobody kills; it is the same with a saved plan."""

    def play(root: Path) -> End:
        ends = []
        for name in ("at once", "planned"):
            scene = Scene(driver, root / name, root / name / "remote.git")
            clone, plan = scene.begin(BUILD).clone(), root / "plan.json"
            scene.release(clone, "plan", "-o", str(plan)).succeeded()
            arguments = ("release", "--plan", str(plan)) if name == "planned" else ()
            assert scene.writes(clone, *arguments) == PLANNED
            ends.append(scene.end())
        assert ends[0] == ends[1]
        return ends[0]

    return calculated(shared / "whole release", play)


def test_nothing_changes_between_two_writes_of_a_saved_plan(scene: Scene) -> None:
    clone, plan = scene.begin(BUILD).clone(), scene.root / "plan.json"
    scene.release(clone, "plan", "-o", str(plan)).succeeded()
    states = scene.states(clone, "release", "--plan", str(plan))
    assert len(states) == len(PLANNED)
    assert [after for _, after in states[:-1]] == [before for before, _ in states[1:]]


@pytest.mark.parametrize(("at", "when"), [(1, "before"), *((at, "after") for at in range(1, len(PLANNED) + 1))])
def test_a_saved_plan_goes_on_where_it_was_killed(scene: Scene, whole: End, at: int, when: str) -> None:
    scene.begin(BUILD)
    clone, plan = scene.clone(), scene.root / "plan.json"
    scene.release(clone, "plan", "-o", str(plan)).succeeded()
    assert scene.killed(clone, at, when, "release", "--plan", str(plan)).killed
    scene.release(clone, "release", "--plan", str(plan)).succeeded()
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


@pytest.mark.parametrize("at", range(1, len(PLANNED) + 1), ids=PLANNED)
def test_a_saved_plan_elsewhere_goes_on_or_says_what_to_do(scene: Scene, whole: End, at: int) -> None:
    scene.begin(BUILD)
    clone, plan = scene.clone(), scene.root / "plan.json"
    scene.release(clone, "plan", "-o", str(plan)).succeeded()
    assert scene.killed(clone, at, "after", "release", "--plan", str(plan)).killed
    place = scene.clone_afresh()
    run = scene.release(place, "release", "--plan", str(plan))
    if run.status:
        assert (run.status, "hint:" in run.err, "shipit plan" in run.err) == (3, True, True), run.err
        scene.release(place).succeeded()
    assert (scene.end(), scene.leftovers(place)) == (whole, [])


@pytest.mark.parametrize("at", range(GRADLE, PUBLISH + 1))
def test_a_run_on_the_next_day_finishes_the_same_release(scene: Scene, at: int) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, at, "after").killed
    scene.release(clone, env={"TODAY": "2026-02-04"}).succeeded()
    end = scene.end()
    assert end.subjects[0] == "chore(release): 1.1.0"
    assert end.files["CHANGELOG.md"].count("## 1.1.0 (") == 1
    assert [release.draft for release in end.releases] == [False]
    assert end.releases[0].body.strip() in end.files["CHANGELOG.md"]
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("at", range(GRADLE, PUBLISH))
def test_commits_pushed_after_a_killed_run_are_released_once(scene: Scene, at: int) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, at, "after").killed
    scene.push_commit("feat: write to several people")
    scene.release(clone).succeeded()
    scene.release(clone).succeeded()
    end = scene.end()
    sections = [line for line in end.files["CHANGELOG.md"].splitlines() if line.startswith("## ")]
    versions = ["1.1.0"] if at < PUSH else ["1.2.0", "1.1.0"]
    assert [section.split()[1] for section in sections] == versions
    assert [release.tag for release in end.releases] == [f"v{version}" for version in reversed(versions)]
    assert end.files["CHANGELOG.md"].count("write to several people") == 1
    assert not any(release.draft for release in end.releases)
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("at", [COMMIT, TAG, DRAFT])
def test_a_commit_on_top_of_a_release_that_was_never_pushed_is_kept_and_released(scene: Scene, at: int) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, at, "after").killed
    scene.commit(clone, "feat: write to several people")
    scene.release(clone).succeeded()
    end = scene.end()
    assert end.subjects.count("feat: write to several people") == 1
    assert "write to several people" in end.files["CHANGELOG.md"]
    assert end.tags == {"v1.0.0": "chore: begin", "v1.1.0": "chore(release): 1.1.0"}
    assert "write to several people" in end.releases[0].body
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("at", range(GRADLE, PUSH))
def test_edits_made_after_a_killed_run_stay(scene: Scene, at: int) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, at, "after").killed
    scene.write(clone, "src/App.java", "class App { int mine; }\n")
    scene.write(clone, "notes.txt", "mine\n")
    run = scene.release(clone)
    assert (run.status, "src/App.java" in run.err) == (3, True)
    assert (clone / "src/App.java").read_text() == "class App { int mine; }\n"
    scene.git(clone, "commit", "--quiet", "-m", "fix: mine", "src/App.java")
    scene.release(clone).succeeded()
    assert scene.end().subjects.count("fix: mine") == 1
    assert scene.leftovers(clone) == ["?? notes.txt"]


@pytest.mark.parametrize("path", ["build.gradle", "CHANGELOG.md"])
def test_an_edit_in_a_file_that_a_killed_run_wrote_stays(scene: Scene, path: str) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, CHANGELOG, "after").killed
    mine = (clone / path).read_text() + "// mine\n"
    scene.write(clone, path, mine)
    run = scene.release(clone)
    assert (run.status, path in run.err) == (3, True)
    assert (clone / path).read_text() == mine


@pytest.mark.parametrize("at", [GRADLE, CHANGELOG, PREPARE, COMMIT, TAG, DRAFT, UPLOAD])
def test_a_release_found_finished_by_others_leaves_the_clone_clean(scene: Scene, at: int) -> None:
    """Killed before the push; meanwhile another runner released the same, by a commit of its own."""
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, at, "after").killed
    scene.release(scene.clone_afresh(), env={"GIT_COMMITTER_DATE": "2026-02-04T00:00:00Z"}).succeeded()
    end = scene.end()
    run = scene.release(clone).succeeded()
    assert run.err.splitlines()[-1] == "nothing to release"
    assert (scene.end(), scene.leftovers(clone)) == (end, [])
    scene.commit(clone, "fix: go on here")
    scene.release(clone).succeeded()
    assert "v1.1.1" in scene.end().tags


def test_a_workspace_that_was_cleaned_by_a_checkout_releases(scene: Scene, whole: End) -> None:
    """As `actions/checkout` does on a runner that keeps its clone: files and branch go, a tag of a killed run stays."""
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, TAG, "after").killed
    scene.git(clone, "clean", "-ffdxq")
    scene.git(clone, "reset", "--quiet", "--hard", "HEAD")
    scene.git(clone, "checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main")
    scene.release(clone).succeeded()
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


def test_a_branch_that_was_moved_back_only_in_its_files_is_moved_by_the_next_run(scene: Scene, whole: End) -> None:
    """As `git reset` leaves it when it cannot lock HEAD: the files are those from before the release commit."""
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, TAG, "before").killed
    scene.git(clone, "checkout", "--quiet", "HEAD~1", "--", "build.gradle")
    scene.git(clone, "rm", "--quiet", "CHANGELOG.md")
    scene.release(clone).succeeded()
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


@pytest.mark.parametrize("path", ["CHANGELOG.md", "build.gradle"])
def test_half_a_file_that_a_killed_writer_left_is_gone_afterwards(scene: Scene, path: str) -> None:
    clone = scene.begin().clone()
    scene.write(clone, f".shipit-{path}", "half a fi")
    scene.release(clone).succeeded()
    assert scene.leftovers(clone) == []


def test_a_draft_that_somebody_deleted_is_made_again_with_its_assets(scene: Scene, whole: End) -> None:
    clone = scene.begin(BUILD).clone()
    assert scene.killed(clone, PUBLISH, "before").killed
    for path in (scene.remote / "shipit/releases/v1.1.0").glob("*.*"):
        path.unlink()
    scene.release(scene.old_clone()).succeeded()
    assert scene.end() == whole


WHOLE_GROUP = "kill -9 0"


@pytest.mark.parametrize(
    ("moment", "script"),
    [
        ("pre-commit", WHOLE_GROUP),
        ("prepare-commit-msg", WHOLE_GROUP),
        ("post-commit", WHOLE_GROUP),
        ("reference-transaction", f'test "$1" != prepared || {WHOLE_GROUP}'),
        ("reference-transaction", f'test "$1" != committed || {WHOLE_GROUP}'),
        ("pre-push", WHOLE_GROUP),
    ],
)
def test_git_killed_at_its_work_is_put_right_as_the_message_says(
    scene: Scene, whole: End, moment: str, script: str
) -> None:
    """A push has a process group of its own: shipit outlives it and reports the failure."""
    clone = scene.begin(BUILD).clone()
    hook(clone / ".git", moment, script)
    run = scene.start(clone).end()
    assert run.status == 5 if moment == "pre-push" else run.killed
    (clone / ".git/hooks" / moment).unlink()
    with scene.restored():
        afresh = scene.clone_afresh()
        scene.release(afresh).succeeded()
        assert (scene.end(), [left for left in scene.leftovers(afresh) if not left.startswith("/")]) == (whole, [])
    follow_the_advice(scene, clone)
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


def follow_the_advice(scene: Scene, clone: Path) -> None:
    """Run again; where that is refused, do what the message says, until it is done."""
    for _ in range(5):
        run = scene.release(clone)
        if run.status == 0:
            return
        locks = {word.strip("'`") for word in run.err.replace("':", " ").split() if word.strip("'`").endswith(".lock")}
        assert locks and ("rm " in run.err or "remove the file" in run.err), run.err
        for lock in locks:
            (clone / lock).unlink()
    raise AssertionError("five pieces of advice were not enough")


@pytest.mark.parametrize("moment", ["pre-receive", "post-receive"])
def test_a_client_killed_while_the_remote_takes_the_push(scene: Scene, whole: End, moment: str) -> None:
    clone = scene.begin(BUILD).clone()
    scene.git(clone, "config", "remote.origin.receivepack", "setsid --wait git-receive-pack")
    hook(scene.remote, moment, f"touch {scene.root}/reached; cat > /dev/null; sleep 0.3")
    process = scene.start(clone)
    while not (scene.root / "reached").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.end()
    (scene.remote / "hooks" / moment).unlink()
    follow_the_advice(scene, clone)
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


@pytest.mark.parametrize("seed", range(8))
def test_killed_with_all_its_children_at_any_moment(scene: Scene, whole: End, seed: int) -> None:
    clone = scene.begin(BUILD).clone()
    process = scene.start(clone)
    trace = clone / ".git"
    moments = [trace / "shipit.lock", clone / "CHANGELOG.md", clone / "build/app.jar", trace / "refs/tags/v1.1.0"]
    while not moments[seed // 2].exists() and process.poll() is None:
        time.sleep(0.001)
    time.sleep(seed % 2 * 0.03)
    os.killpg(process.pid, signal.SIGKILL)
    process.end()
    with scene.restored():
        scene.release(scene.clone_afresh()).succeeded()
        assert scene.end() == whole
    follow_the_advice(scene, clone)
    assert (scene.end(), scene.leftovers(clone)) == (whole, [])


def test_a_version_asked_for_is_finished_by_asking_for_it_again(scene: Scene) -> None:
    clone = scene.begin(BUILD).clone()
    ask = ("release", "--version", "2.0.0")
    assert scene.killed(clone, PUSH, "after", *ask).killed
    scene.release(clone, *ask).succeeded()
    assert [(release.tag, release.draft) for release in scene.end().releases] == [("v2.0.0", False)]

"""Others at work at the same moment: another runner, a colleague who pushes, somebody who tags."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from release.runs import Run, hook
from release.scene import Release, Scene

PUSH_ONCE = """\
set -e
cd {root}
test ! -e moved || exit 0
touch moved
git -C {colleague} commit --quiet --allow-empty -m "feat: write to several people"
git -C {colleague} push --quiet origin main
"""
PUSH_ALWAYS = """\
set -e
git -C {colleague} commit --quiet --allow-empty -m "fix: never done"
git -C {colleague} push --quiet origin main
"""
EACH_BUILD_DIFFERS = """\
prepare = ["mkdir -p build && date +%N | tee build/a.jar > build/b.jar"]
assets = ["build/*.jar"]
"""
TAG_ELSEWHERE = "git -C {colleague} push --quiet origin v1.0.0^{{commit}}:refs/tags/v1.1.0"


def meanwhile(scene: Scene, script: str, config: str = "") -> Path:
    """A clone whose releases give way to `script` after all has been observed and before anything is pushed."""
    scene.begin(f'[release]\n{config}prepare = ["sh ../meanwhile.sh"]\n')
    colleague = scene.clone("colleague")
    text = script.format(root=scene.root, colleague=colleague)
    (scene.root / "meanwhile.sh").write_text(text)
    return scene.clone()


def settled(run: Run) -> bool:
    """A runner that was second may say so in two ways."""
    return run.status == 0 or (run.status == 3 and "hint:" in run.err and "state:" in run.err)


def the_only_release(scene: Scene, version: str = "1.1.0") -> Release:
    end = scene.end()
    assert end.subjects[0] == f"chore(release): {version}"
    assert end.tags == {"v1.0.0": "chore: begin", f"v{version}": f"chore(release): {version}"}
    (release,) = end.releases
    assert (release.tag, release.draft) == (f"v{version}", False)
    return release


@pytest.mark.parametrize("attempt", range(4))
def test_two_runners_at_once_make_one_release(scene: Scene, attempt: int) -> None:
    scene.begin()
    first, second = scene.clone("first"), scene.clone("second")
    both = [scene.start(first), scene.start(second)]
    runs = [process.end() for process in both]
    assert all(settled(run) for run in runs), runs
    assert any(run.status == 0 for run in runs)
    the_only_release(scene)
    for clone in (first, second):
        assert scene.release(clone).err == "nothing to release\n"
        assert scene.leftovers(clone) == []


@pytest.mark.parametrize("write_back", ["push", "api"])
@pytest.mark.parametrize("attempt", range(2))
def test_two_runners_at_once_make_one_release_on_github(github_scene: Scene, write_back: str, attempt: int) -> None:
    """No build is the same as another, so the files show which run attached them."""
    scene = github_scene.begin(f'[release]\nwrite-back = "{write_back}"\n{EACH_BUILD_DIFFERS}')
    first, second = scene.clone("first"), scene.clone("second")
    both = [scene.start(first), scene.start(second)]
    runs = [process.end() for process in both]
    assert all(settled(run) for run in runs), runs
    assert any(run.status == 0 for run in runs)
    one, other = the_only_release(scene).assets
    assert (one.split()[0], other.split()[0], one.split()[1]) == ("a.jar", "b.jar", other.split()[1])
    for clone in (first, second):
        assert scene.release(clone).err == "nothing to release\n"
        assert scene.leftovers(clone) == []


def test_a_second_run_in_the_same_clone_is_told_to_wait(scene: Scene) -> None:
    clone = meanwhile(scene, "touch {root}/reached\nwhile test ! -e {root}/go_on; do sleep 0.02; done\n")
    first = scene.start(clone)
    while not (scene.root / "reached").exists():
        assert first.poll() is None
    second = scene.release(clone)
    assert second.status == 3
    assert f"another shipit (process {first.pid}) is running in this clone" in second.err
    (scene.root / "go_on").touch()
    assert first.end().status == 0
    the_only_release(scene)


def test_a_killed_run_holds_no_lock(scene: Scene) -> None:
    clone = meanwhile(scene, "test ! -e {root}/reached || exit 0\ntouch {root}/reached\nsleep 60\n")
    first = scene.start(clone)
    while not (scene.root / "reached").exists():
        assert first.poll() is None
    os.killpg(first.pid, signal.SIGKILL)
    first.end()
    scene.release(clone).succeeded()
    the_only_release(scene)


@pytest.mark.parametrize("config", ["", "snapshot = true\n"])
def test_a_branch_that_moved_meanwhile_is_planned_afresh(scene: Scene, config: str) -> None:
    clone = meanwhile(scene, PUSH_ONCE, config)
    scene.release(clone).succeeded()
    end = scene.end()
    assert [subject for subject in end.subjects if not subject.startswith("chore(release): begin")] == [
        "chore(release): 1.1.0",
        "feat: write to several people",
        "fix(auth): end sessions that are over",
        "feat: find messages by text",
        "chore: begin",
    ]
    (release,) = end.releases
    assert "write to several people" in release.body
    assert release.body.strip() in end.files["CHANGELOG.md"]
    assert scene.leftovers(clone) == []


def test_a_release_commit_that_a_user_rebased_after_a_push_race_is_replaced(scene: Scene) -> None:
    clone = meanwhile(scene, PUSH_ONCE)
    scene.commit(clone, "feat: own", "src/own.txt", "own\n")
    run = scene.release(clone)
    assert run.status == 3
    assert (
        "`main` moved on the remote during this run. Nothing was pushed yet. Making and applying a new plan" in run.err
    )
    assert "git pull --rebase origin main" in run.err
    assert "state: nothing was pushed. Failed at: push main v1.1.0" in run.err
    assert "commit chore(release): 1.1.0" in run.err.partition("state: ")[2]
    scene.git(clone, "pull", "--quiet", "--rebase", "origin", "main")
    assert scene.git(clone, "log", "-1", "--format=%s") == "chore(release): 1.1.0"
    scene.release(clone).succeeded()
    assert "own" in the_only_release(scene).body
    assert scene.end().subjects.count("chore(release): 1.1.0") == 1
    assert scene.leftovers(clone) == []


def test_a_branch_that_moved_meanwhile_is_planned_afresh_through_the_api(github_scene: Scene) -> None:
    scene = github_scene
    clone = meanwhile(scene, PUSH_ONCE, 'write-back = "api"\n')
    scene.release(clone).succeeded()
    assert "write to several people" in the_only_release(scene).body
    assert scene.leftovers(clone) == []


def test_a_branch_that_moved_is_no_obstacle_to_a_tag_alone(scene: Scene) -> None:
    clone = meanwhile(scene, PUSH_ONCE, 'write-back = "none"\n')
    scene.release(clone).succeeded()
    end = scene.end()
    assert end.tags["v1.1.0"] == "fix(auth): end sessions that are over"
    assert end.subjects[0] == "feat: write to several people"


def test_a_branch_that_always_moves_ends_in_a_conflict(scene: Scene) -> None:
    clone = meanwhile(scene, PUSH_ALWAYS)
    run = scene.release(clone)
    assert run.status == 3
    assert "`main` moved on the remote during this run" in run.err
    assert "state: nothing was pushed" in run.err
    end = scene.end()
    assert (end.tags, end.files.get("CHANGELOG.md")) == ({"v1.0.0": "chore: begin"}, None)
    assert end.subjects.count("fix: never done") == 5
    assert all(release.draft for release in end.releases)
    (scene.root / "meanwhile.sh").write_text("")
    scene.release(clone).succeeded()
    assert "never done" in the_only_release(scene).body
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("write_back", ["push", "api", "none"])
def test_a_clone_that_is_behind_builds_and_releases_the_tip(github_scene: Scene, write_back: str) -> None:
    build = 'prepare = ["mkdir -p build && cp src/App.java build/app.jar"]\nassets = ["build/*.jar"]\n'
    scene = github_scene.begin(f'[release]\nwrite-back = "{write_back}"\n{build}')
    clone, colleague = scene.clone(), scene.clone("colleague")
    scene.commit(colleague, "feat: write to several people", "src/App.java", "class App { }\n")
    scene.git(colleague, "push", "--quiet")
    scene.release(clone).succeeded()
    (release,) = scene.end().releases
    assert "write to several people" in release.body
    assert release.assets == ("app.jar class App { }\n",)


def test_a_version_that_is_tagged_elsewhere_is_a_conflict(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "switch", "--quiet", "--create", "side", "v1.0.0")
    scene.commit(clone, "feat: elsewhere")
    scene.git(clone, "push", "--quiet", "origin", "HEAD:refs/tags/v1.1.0")
    elsewhere = scene.git(clone, "rev-parse", "HEAD")
    scene.git(clone, "switch", "--quiet", "main")
    run = scene.release(clone)
    assert (run.status, "`v1.1.0`" in run.err, "hint:" in run.err) == (3, True, True)
    assert scene.git(scene.remote, "rev-parse", "v1.1.0") == elsewhere
    assert scene.end().subjects[0] != "chore(release): 1.1.0"


def test_a_tag_made_elsewhere_meanwhile_is_never_moved(scene: Scene) -> None:
    clone = meanwhile(scene, TAG_ELSEWHERE)
    before = scene.end().subjects
    run = scene.release(clone)
    assert (run.status, "`v1.1.0`" in run.err or "a tag of this release" in run.err) == (3, True), run.err
    assert "nothing was pushed" in run.err
    end = scene.end()
    assert (end.tags["v1.1.0"], end.subjects) == ("chore: begin", before)


def test_the_branch_is_never_forced(scene: Scene) -> None:
    """Commits that a colleague pushed are there afterwards, whatever the moment."""
    clone = scene.begin().clone()
    colleague = scene.clone("colleague")
    hook(
        clone / ".git",
        "pre-push",
        f"test -e {scene.root}/moved && exit 0; touch {scene.root}/moved\n"
        f"git -C {colleague} commit --quiet --allow-empty -m 'feat: write to several people'\n"
        f"git -C {colleague} push --quiet origin main",
    )
    scene.release(clone).succeeded()
    assert "write to several people" in the_only_release(scene).body
    assert scene.end().subjects[1] == "feat: write to several people"


def test_commits_not_yet_pushed_are_released_with_the_rest(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.commit(clone, "feat: mine")
    scene.release(clone).succeeded()
    assert "mine" in the_only_release(scene).body
    assert scene.leftovers(clone) == []


def test_commits_not_yet_pushed_are_not_lost_when_the_branch_moves(scene: Scene) -> None:
    clone = meanwhile(scene, PUSH_ONCE)
    scene.commit(clone, "feat: mine")
    run = scene.release(clone)
    assert (run.status, "have diverged" in run.err, "git pull --rebase" in run.err) == (3, True, True)
    assert "feat: mine" in scene.git(clone, "log", "--format=%s").splitlines()
    scene.git(clone, "pull", "--quiet", "--rebase")
    scene.release(clone).succeeded()
    assert {"feat: mine", "feat: write to several people"} <= set(scene.end().subjects)
    the_only_release(scene)


@pytest.mark.parametrize("path", ["src/App.java", "build.gradle", "CHANGELOG.md"])
def test_edits_not_yet_committed_stop_a_release_and_stay(scene: Scene, path: str) -> None:
    clone = scene.begin().clone()
    scene.write(clone, path, "// mine\n")
    before = scene.end()
    run = scene.release(clone)
    assert (run.status, path in run.err, "fix:" in run.err) == (3, True, True)
    assert (clone / path).read_text() == "// mine\n"
    assert scene.end() == before


def test_files_that_git_does_not_know_stay(scene: Scene) -> None:
    clone = meanwhile(scene, PUSH_ONCE)
    scene.write(clone, "notes.txt", "mine\n")
    scene.release(clone).succeeded()
    assert scene.leftovers(clone) == ["?? notes.txt"]
    assert "notes.txt" not in scene.end().files


def test_edits_made_while_a_release_runs_stay(scene: Scene) -> None:
    clone = meanwhile(scene, "echo '// mine' >> {root}/clone/src/App.java")
    run = scene.release(clone)
    assert (clone / "src/App.java").read_text() == "class App {}\n// mine\n"
    assert "mine" not in scene.end().files["src/App.java"]
    assert run.status == 0

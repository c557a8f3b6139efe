"""A release killed before or after any of its writes, and what becomes of it when shipit is simply run again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from release.runs import Driver, hook
from release.scene import End, Scene, on_github
from standin.server import GitHubStandIn

from templates import calculated

BUILD = 'prepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'
PACKAGES = '[packages.app]\npath = "app"\n[packages.web]\npath = "web"\n'
WAYS = {
    "local, push": BUILD,
    "local, push, snapshot": f"snapshot = true\n{BUILD}",
    "local, none": f'write-back = "none"\n{BUILD}',
    "github, push": BUILD,
    "github, api": f'write-back = "api"\n{BUILD}',
    "github, api, snapshot": f'write-back = "api"\nsnapshot = true\n{BUILD}',
    "local, push, packages": PACKAGES,
    "github, api, packages": f'[release]\nwrite-back = "api"\n{PACKAGES}',
}
WRITTEN_FOR_THE_BUILD = [" M build.gradle"]  # and for what is built after the release; nothing commits it
CLONE = ("files.write", "files.write", "process.run", "git.create_commit", "git.create_tag")
DRAFT = ("forge.create_draft", "forge.upload_asset")
SNAPSHOT = ("files.write", "git.create_commit")
API = ("files.write", "files.write", "process.run", *DRAFT)
FORGE_COMMIT = ("forge.create_commit", "git.fetch", "git.adopt")
FORGE_TAG = ("forge.create_tag", "git.fetch")
WRITES = {
    "local, push": (*CLONE, *DRAFT, "git.push", "forge.publish"),
    "local, push, snapshot": (*CLONE, *SNAPSHOT, *DRAFT, "git.push", "forge.publish"),
    "local, none": ("files.write", "process.run", "git.create_tag", *DRAFT, "git.push", "forge.publish"),
    "github, push": (*CLONE, *DRAFT, "git.push", "forge.publish"),
    "github, api": (*API, *FORGE_COMMIT, *FORGE_TAG, "forge.publish"),
    "github, api, snapshot": (*API, *FORGE_COMMIT, *FORGE_TAG, "files.write", *FORGE_COMMIT, "forge.publish"),
}
WRITES |= {
    "local, push, packages": (
        *["files.write"] * 4,
        "git.create_commit",
        *["git.create_tag"] * 2,
        *["forge.create_draft"] * 2,
        "git.push",
        *["forge.publish"] * 2,
    ),
    "github, api, packages": (
        *["files.write"] * 4,
        *["forge.create_draft"] * 2,
        *FORGE_COMMIT,
        *FORGE_TAG * 2,
        *["forge.publish"] * 2,
    ),
}
PUBLIC = ("forge.", "git.push")  # the writes that change what others see
# The same ways with a snapshot make these writes too, and are killed at each.
WITHIN_ANOTHER = ("local, push", "github, api")
# Between two writes nothing changes, which has a test of its own: to be killed before one is to be killed after the last.
KILLS = [
    (way, at, when)
    for way, writes in WRITES.items()
    if way not in WITHIN_ANOTHER
    for at in range(1, len(writes) + 1)
    for when in (("before", "after") if at == 1 else ("after",))
]


@pytest.fixture
def stage(request: pytest.FixtureRequest, way: str) -> Scene:
    scene: Scene = request.getfixturevalue("github_scene" if way.startswith("github") else "scene")
    return begin(scene, way)


def begin(scene: Scene, way: str) -> Scene:
    both = {f"{name}/build.gradle": "version = '1.0.0'\n" for name in ("app", "web")}
    if "packages" in way:
        return scene.begin(WAYS[way], files=both, places=("app", "web"), tags=("app-v1.0.0", "web-v1.0.0"))
    return scene.begin(f"[release]\n{WAYS[way]}")


@pytest.fixture(scope="session")
def uninterrupted(driver: Driver, shared: Path) -> Callable[[str], End]:
    """Return the function that runs a release without a kill and returns its end; each runs once for all workers."""

    def play(way: str, root: Path) -> End:
        with GitHubStandIn(root / "acme" / "app.git") as github:
            on = (
                on_github(driver, root, github)
                if way.startswith("github")
                else Scene(driver, root, root / "remote.git")
            )
            begin(on, way)
            assert on.writes(on.clone()) == WRITES[way]
            return on.end()

    return cache(lambda way: calculated(shared / way, lambda root: play(way, root)))


def names(kill: tuple[str, int, str]) -> str:
    way, at, when = kill
    return f"{way}: {when} {at} {WRITES[way][at - 1]}"


@pytest.mark.parametrize(("way", "at", "when"), KILLS, ids=[names(kill) for kill in KILLS])
def test_a_killed_release_is_finished_by_running_again(
    stage: Scene, way: str, at: int, when: str, uninterrupted: Callable[[str], End]
) -> None:
    """Again in the same clone; and in clones that see only what is public, where this write changed that."""
    clone, before = stage.clone(), stage.end()
    assert stage.killed(clone, at, when).killed
    if when == "after" and WRITES[way][at - 1].startswith(PUBLIC) and stage.end() != before:
        for new in (stage.clone_afresh, stage.old_clone):
            with stage.restored():
                finishes(stage, new(), way, uninterrupted(way))
    finishes(stage, clone, way, uninterrupted(way))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_changes_between_two_writes(stage: Scene, way: str) -> None:
    states = stage.states(stage.clone())
    assert len(states) == len(WRITES[way])
    assert all(before != after for before, after in states)
    assert [after for _, after in states[:-1]] == [before for before, _ in states[1:]]


def finishes(stage: Scene, place: Path, way: str, whole: End) -> None:
    stage.release(place).succeeded()
    assert stage.end() == whole
    assert stage.leftovers(place) in ([], WRITTEN_FOR_THE_BUILD if "none" in way else [])
    if not stage.in_step(place):
        nothing_is_left_to_do(stage, place)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_after_a_finished_release_has_nothing_to_do(stage: Scene, way: str) -> None:
    place = stage.clone()
    stage.release(place).succeeded()
    assert stage.in_step(place) or "none" in way
    nothing_is_left_to_do(stage, place)


def nothing_is_left_to_do(stage: Scene, place: Path) -> None:
    end, requests = stage.end(), len(stage.github.writes) if stage.github else 0
    run = stage.release(place).succeeded()
    assert run.err.splitlines()[-1] == "nothing to release"
    assert stage.end() == end
    assert requests == (len(stage.github.writes) if stage.github else 0)


@pytest.mark.parametrize("way", ["local, push", "local, push, snapshot"])
def test_a_release_that_is_killed_while_git_commits_is_finished_by_running_again(
    stage: Scene, way: str, uninterrupted: Callable[[str], End]
) -> None:
    """git makes the commit, but shipit no longer sees its end."""
    clone = stage.clone()
    kill = "kill -9 $(ps -o ppid= -p $PPID)"
    last = "begin" if "snapshot" in way else ""
    hook(clone / ".git", "post-commit", f'git log -1 --format=%s | grep -q "(release): {last}" && {kill}')
    assert stage.release(clone).killed
    (clone / ".git/hooks/post-commit").unlink()
    finishes(stage, clone, way, uninterrupted(way))

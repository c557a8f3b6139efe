"""Two runners at once, and clones that are behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from engine.stage import Stage, new_world, public

from shipit.testing import FakeWorld, crash_matrix, interrupted, recorded

WAYS = {"push": "", "api": 'write-back = "api"\n', "none": 'write-back = "none"\n'}


@pytest.fixture(params=[*WAYS.values()], ids=[*WAYS])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, request.param)


def races(stage: Stage, meanwhile: Callable[[FakeWorld], object]) -> list[tuple[str, FakeWorld]]:
    """A release for each of its writes, just before which `meanwhile` happens in another clone; and what came of it."""
    world, writes = recorded(new_world())
    stage.release(world)
    ended = []
    for at, write in enumerate(writes, 1):
        world = new_world()
        stage.release(interrupted(world, at, "before", partial(_in_another_clone, world, meanwhile)))
        ended.append((f"{at} {write}", world))
    return ended


def _in_another_clone(world: FakeWorld, meanwhile: Callable[[FakeWorld], object]) -> None:
    meanwhile(world.fresh_clone())


def test_of_two_runs_one_releases_and_the_other_finds_it_done(stage: Stage, tmp_path: Path) -> None:
    alone = new_world()
    stage.release(alone)
    (tmp_path / "other").mkdir()
    other = Stage(stage.config, tmp_path / "other")
    wrong = [write for write, world in races(stage, other.release) if public(world) != public(alone)]
    assert wrong == []


def test_an_interrupted_release_that_another_run_made_is_not_made_again(stage: Stage) -> None:
    alone = new_world()
    stage.release(alone)

    def after_another(world: FakeWorld) -> FakeWorld:
        stage.release(world.fresh_clone())
        return world.next_run()

    crashes = list(crash_matrix(new_world, stage.release, public, after_another))
    assert {(c.write, c.at, c.when) for c in crashes if c.state != public(alone)} == set()


def test_a_feature_pushed_meanwhile_is_released_once_and_nothing_is_lost(stage: Stage) -> None:
    def feature(world: FakeWorld) -> None:
        world.commit("feat: meanwhile", {"meanwhile.txt": "here"})
        world.push()

    for write, world in races(stage, feature):
        stage.release(world.fresh_clone())  # whatever came too late for the first release
        body = "".join(release.body for release in world.remote.releases.values())
        assert (write, body.count("search ("), body.count("meanwhile (")) == (write, 1, 1)
        assert (write, world.remote.tree()["meanwhile.txt"]) == (write, "here")
        assert not any(release.draft for release in world.remote.releases.values()), write
        assert world.remote.releases.keys() == world.remote.tags.keys() - {"v1.0.0"}, write


def test_a_clone_that_is_behind_releases_and_builds_the_remote_branch(stage: Stage) -> None:
    world = new_world()
    behind = world.fresh_clone()
    world.commit("feat: newer", {"build.gradle": "// newer\nversion = '1.0.0'\n"})
    world.push()
    stage.release(behind)
    assert "newer" in world.remote.releases["v1.1.0"].body
    assert behind.files.read("build/app.jar") == "built from // newer\nversion = '1.1.0'\n"


def test_unpushed_commits_of_a_user_are_released_with_the_rest(tmp_path: Path) -> None:
    world = new_world()
    own = world.commit("feat: own", {"own.txt": "mine"})
    Stage.of(tmp_path).release(world)
    assert world.git.is_ancestor(own, world.remote.branches["main"])
    assert world.remote.tree()["own.txt"] == "mine"
    assert "own" in world.remote.releases["v1.1.0"].body

"""A release that is killed before or after any of its writes ends, by running again, as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from engine.stage import Stage, images, new_world, public

from shipit.testing import Crash, FakeWorld, crash_matrix, recorded

pytestmark = pytest.mark.slow

IMAGES = '{ back = { name = "acme/back" }, web = { name = "acme/web", tags = ["latest", "{version}", "{major}"] } }'
WAYS = {
    "push": "",
    "push and snapshot": "snapshot = true\n",
    "push and floating tags": 'floating-tags = ["major", "minor"]\n',
    "api": 'write-back = "api"\n',
    "api and snapshot": 'write-back = "api"\nsnapshot = true\n',
    "none": 'write-back = "none"\n',
    "push and images": f"images = {IMAGES}\n",
    "push, images and snapshot": f"images = {IMAGES}\nsnapshot = true\n",
    "api and images": f'images = {IMAGES}\nwrite-back = "api"\n',
    "none and images": f'images = {IMAGES}\nwrite-back = "none"\n',
}


def in_the_same_clone(world: FakeWorld, begin: str) -> FakeWorld:
    return world.next_run()


def in_a_fresh_clone(world: FakeWorld, begin: str) -> FakeWorld:
    return world.fresh_clone()


def from_the_old_commit(world: FakeWorld, begin: str) -> FakeWorld:
    """As CI runs a failed job again, whatever the branch holds by then."""
    return world.fresh_clone(at=begin)


def in_a_shallow_clone(world: FakeWorld, begin: str) -> FakeWorld:
    return world.fresh_clone(depth=1)


@pytest.fixture(params=[*WAYS.values()], ids=[*WAYS])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, request.param)


@pytest.mark.parametrize(
    "resume",
    [in_the_same_clone, in_a_fresh_clone, from_the_old_commit, in_a_shallow_clone],
    ids=lambda how: how.__name__,
)
def test_a_release_interrupted_at_any_write_is_finished_by_running_again(
    stage: Stage, resume: Callable[[FakeWorld, str], FakeWorld]
) -> None:
    whole = new_world()
    begin = str(whole.git.head())
    stage.release(whole)

    crashes = list(crash_matrix(new_world, stage.release, public, lambda world: resume(world, begin)))
    assert {(c.write, c.at, c.when) for c in crashes if c.state != public(whole)} == set()


@pytest.mark.parametrize("settings", ["", "snapshot = true\n", 'write-back = "api"\n'])
def test_the_images_of_an_interrupted_release_are_built_from_its_own_commit(settings: str, tmp_path: Path) -> None:
    stage = Stage.of(tmp_path, f"images = {IMAGES}\n{settings}")

    def somebody_pushes(world: FakeWorld) -> FakeWorld:
        clone = world.fresh_clone()
        clone.commit("docs: meanwhile", {"README.md": "meanwhile"})
        clone.push()
        return world.fresh_clone()

    whole = new_world()
    stage.release(whole)
    whole = somebody_pushes(whole)
    crashes = list(crash_matrix(new_world, stage.release, images, somebody_pushes))
    after_the_push = [crash for crash in crashes if crash.at > first(crashes, "git.push", "forge.create_tag")]
    assert after_the_push
    assert {(c.write, c.at, c.when) for c in after_the_push if c.state != images(whole)} == set()


def first(crashes: Sequence[Crash[Any]], *writes: str) -> int:
    return next(crash.at for crash in crashes if crash.write in writes)


def test_an_interrupted_release_leaves_nothing_in_its_clone_after_it_is_finished(stage: Stage) -> None:
    def state(world: FakeWorld) -> tuple[object, ...]:
        held = {tag.name for tag in world.git.tags()}
        return world.git.dirty(), world.files.held, held, world.git.head() == world.remote.branches["main"]

    whole = new_world()
    stage.release(whole)
    crashes = list(crash_matrix(new_world, stage.release, state, FakeWorld.next_run))
    assert {(c.write, c.at, c.when) for c in crashes if c.state != state(whole)} == set()


def test_a_finished_release_run_again_writes_nothing(stage: Stage) -> None:
    world = new_world()
    assert stage.release(world).released
    end = public(world)
    for again in (world.next_run(), world.fresh_clone()):
        watched, writes = recorded(again)
        assert not stage.release(watched).released
        assert writes == []
    assert public(world) == end

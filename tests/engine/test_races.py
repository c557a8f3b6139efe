"""Two runners at once, and clones that are behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine.stage import Stage, new_world, public

from shipit.testing import FakeWorld, interrupted, recorded

WAYS = {"push": "", "api": 'write-back = "api"\n', "none": 'write-back = "none"\n'}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, request.param)


def races(stage: Stage, place: Path, meanwhile: Callable[[FakeWorld], object]) -> list[tuple[str, FakeWorld]]:
    """A release for each of its writes, just before which `meanwhile` happens in another clone; and what came of it."""
    world, writes = recorded(new_world())
    stage.release(world)
    ended = []
    for at, write in enumerate(writes, 1):
        world = new_world()
        stage.release(interrupted(world, at, "before", lambda world=world: meanwhile(world.fresh_clone())))
        ended.append((f"{at} {write}", world))
    return ended


def test_of_two_runners_one_releases_and_the_other_finds_it_done(stage: Stage, tmp_path: Path) -> None:
    alone = new_world()
    stage.release(alone)
    (tmp_path / "other").mkdir()
    other = Stage(stage.config, tmp_path / "other")
    wrong = [write for write, world in races(stage, tmp_path, other.release) if public(world) != public(alone)]
    assert wrong == []

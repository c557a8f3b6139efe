"""Releases whose release commit has a subject of the user: they are recognised like all others."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world, public
from msgspec.structs import replace

from shipit.testing import crash_matrix

OWN = 'commit-message = "chore: release {version} 🚀"\n'
pytestmark = pytest.mark.slow
WAYS = pytest.mark.parametrize("way", ["push", "api"])


def stage(place: Path, way: str, settings: str = OWN) -> Stage:
    return Stage.of(place, f'write-back = "{way}"\n{settings}')


@WAYS
def test_the_release_commit_has_the_subject_and_both_trailers(tmp_path: Path, way: str) -> None:
    world = new_world()
    stage(tmp_path, way, 'commit-message = "release: {tag}, {version}"\nskip-ci = true\n').release(world)
    message = world.remote.commits.held[world.remote.branches["main"]].message
    assert message.startswith("release: v1.1.0, 1.1.0 [skip ci]\n\n")
    assert message.endswith("\n\nReleased-by: shipit\nRelease-Of: 1.1.0\n")


@WAYS
@pytest.mark.parametrize("later", [OWN, "", 'commit-message = "other: {version}"\n'])
def test_after_any_change_of_the_subject_there_is_nothing_to_release(tmp_path: Path, way: str, later: str) -> None:
    world = new_world()
    stage(tmp_path, way).release(world)
    assert not stage(tmp_path, way, later).release(world.fresh_clone()).released
    counted = Stage.of(tmp_path, f'write-back = "{way}"\n{later}')
    counted.config = replace(counted.config, bump={"chore": "minor", "other": "minor"})
    assert not counted.release(world.fresh_clone()).released


@pytest.mark.parametrize("later", [OWN, ""])
def test_a_push_of_which_the_remote_lost_the_tag_is_finished_also_after_a_change(tmp_path: Path, later: str) -> None:
    world = new_world()
    stage(tmp_path, "push").release(world)
    whole = public(world)
    del world.remote.tags["v1.1.0"]
    world.remote.releases["v1.1.0"] = replace(world.remote.releases["v1.1.0"], draft=True)
    outcome = stage(tmp_path, "push", later).release(world.fresh_clone())
    assert outcome.plan.finishes == ("v1.1.0",)
    assert public(world) == whole | {"latest": world.remote.latest}


@WAYS
def test_a_release_interrupted_at_any_write_is_finished_by_running_again(tmp_path: Path, way: str) -> None:
    whole = new_world()
    stage(tmp_path, way).release(whole)
    again = stage(tmp_path, way)
    crashes = list(crash_matrix(new_world, again.release, public, lambda world: world.fresh_clone()))
    assert {(c.write, c.at, c.when) for c in crashes if c.state != public(whole)} == set()


def test_a_squash_commit_that_quotes_a_release_commit_still_counts(tmp_path: Path) -> None:
    world = new_world()
    stage(tmp_path, "push").release(world)
    quoted = world.remote.commits.held[world.remote.branches["main"]].message
    clone = world.fresh_clone()
    clone.commit(f"feat: more (#12)\n\n* {quoted}", {"more.txt": "more"})
    clone.push()
    assert stage(tmp_path, "push").release(clone).outputs["tag"] == "v1.2.0"

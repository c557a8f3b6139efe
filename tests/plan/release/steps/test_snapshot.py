"""The commit after a release."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world

from shipit.config.load import parse_config

WAYS = pytest.mark.parametrize("way", ["push", "api"])


def settings(way: str, files: str = '["build.gradle"]') -> str:
    return f'[release]\nsnapshot = true\nwrite-back = "{way}"\nversion-files = {files}\n'


@WAYS
def test_the_snapshot_commit_follows_the_release_and_has_no_tag(tmp_path: Path, way: str) -> None:
    world = new_world()
    Stage(parse_config(settings(way)), tmp_path).release(world)
    assert world.remote.subjects()[:2] == ["chore(release): begin 1.1.1-SNAPSHOT", "chore(release): 1.1.0"]
    assert "version = '1.1.1-SNAPSHOT'" in world.remote.tree()["build.gradle"]
    released = world.remote.commits.held[world.remote.tags["v1.1.0"].commit]
    assert b"version = '1.1.0'" in released.tree["build.gradle"]


@WAYS
def test_without_a_version_file_there_is_no_snapshot(tmp_path: Path, way: str) -> None:
    world = new_world()
    Stage(parse_config(settings(way, "[]")), tmp_path).release(world)
    assert world.remote.subjects()[0] == "chore(release): 1.1.0"


@WAYS
def test_the_snapshot_commit_has_skip_ci_if_the_release_commit_has_it(tmp_path: Path, way: str) -> None:
    world = new_world()
    Stage(parse_config(settings(way) + "skip-ci = true\n"), tmp_path).release(world)
    assert world.remote.subjects()[:2] == [
        "chore(release): begin 1.1.1-SNAPSHOT [skip ci]",
        "chore(release): 1.1.0 [skip ci]",
    ]

"""The files that a release writes, and its leftovers in the clone when an earlier run failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from engine.stage import Stage, new_world, public

from shipit.config.load import parse_config
from shipit.errors import ConfigError, ConflictError, PreflightError, RemoteError
from shipit.plan.version import next_versions
from shipit.testing import FakeWorld


def test_two_entries_for_one_file_are_written_together(tmp_path: Path) -> None:
    config = parse_config(
        '[release]\nversion-files = ["build.gradle", { path = "build.gradle", paths = ["openapi3.version"] }]\n'
    )
    world = FakeWorld.new({"build.gradle": "version = '1.0.0'\nopenapi3 {\n    version = '1.0.0'\n}\n"})
    world.git.tag("v1.0.0")
    world.push("v1.0.0")
    world.commit("feat: search", {"search.txt": "found"})
    world.push()
    Stage(config, tmp_path).release(world)
    released = world.remote.tree("main")["build.gradle"]
    assert released == "version = '1.1.0'\nopenapi3 {\n    version = '1.1.0'\n}\n"


def refused(stage: Stage, world: FakeWorld) -> None:
    """A release whose push is refused, as by a hook."""

    def refuse(**_: object) -> None:
        raise RemoteError("the remote refused the push")

    push, world.git.push = world.git.push, refuse  # type: ignore[method-assign]
    with pytest.raises(RemoteError):
        stage.release(world)
    world.git.push = push  # type: ignore[method-assign]


def test_a_commit_after_an_unpushed_release_is_released_with_it(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    refused(stage, world)
    world.commit("fix: done meanwhile", {"done.txt": "yes"})
    stage.release(world.next_run())
    seen = public(world)
    assert sorted(seen["tags"]) == ["v1.0.0", "v1.1.0"]
    message, tree, _ = seen["tags"]["v1.1.0"]
    assert "done meanwhile" in message
    assert "search" in message
    assert {path: data.decode() for path, data in tree.items()} == world.remote.tree("main")
    assert world.remote.tree("main")["CHANGELOG.md"].count("## [1.1.0]") == 1
    assert not seen["releases"]["v1.1.0"].draft


def test_a_release_removes_the_tag_of_an_unpushed_release(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    refused(stage, world)
    world.commit("feat!: another interface", {"api.txt": "2"})
    stage.release(world.next_run())
    assert sorted(tag.name for tag in world.git.tags()) == ["v1.0.0", "v2.0.0"]


def test_a_build_that_made_no_asset_runs_again_in_the_next_run(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    built = world.process.effects.pop("make jar")
    with pytest.raises(ConfigError, match="no file matches the asset"):
        stage.release(world)
    assert "v1.1.0" not in {tag.name for tag in world.git.tags()}
    world.process.effects["make jar"] = built
    stage.release(world.next_run())
    assert world.remote.releases["v1.1.0"].assets


def test_the_next_version_stays_the_same_after_a_push_that_was_refused(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    before = [each.version for each in next_versions(world.git, stage.config)]
    refused(stage, world)
    assert [each.version for each in next_versions(world.git, stage.config)] == before == ["1.1.0"]
    stage.release(world.next_run())
    assert [each.version for each in next_versions(world.git, stage.config)] == [None]


def test_a_release_commit_that_a_user_amended_is_kept(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    refused(stage, world)
    made = world.git.commit("HEAD")
    assert made is not None
    world.git.adopt(made.parents[0])
    theirs = {path: world.files.read(path) or "" for path in ("build.gradle", "CHANGELOG.md")}
    world.commit(made.message, {**theirs, "work.txt": "done by hand"})
    other = world.fresh_clone()
    other.commit("fix: theirs", {"theirs.txt": "yes"})
    other.push()
    with pytest.raises(PreflightError) as raised:
        stage.release(world.next_run())
    assert [finding.code for finding in raised.value.findings] == ["diverged"]
    assert world.files.read("work.txt") == "done by hand"


def test_a_release_without_file_changes_is_made_without_a_commit(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    stage.release(world)
    released = world.remote.branches["main"]
    del world.remote.tags["v1.1.0"]
    world.remote.releases.clear()
    again = world.fresh_clone()
    stage.release(again)
    assert world.remote.tags["v1.1.0"].commit == released == world.remote.branches["main"]
    assert not world.remote.releases["v1.1.0"].draft


def test_release_as_with_a_pre_release_is_refused_on_a_stable_branch(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    world.commit("fix: a\n\nRelease-As: 2.0.0-rc.1", {"a.txt": "a"})
    with pytest.raises(ConflictError, match="is a pre-release"):
        stage.release(world)


def test_a_push_whose_answer_was_lost_is_recognised_as_done(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    push = world.git.push

    def lost(**options: Any) -> None:
        push(**options)
        raise RemoteError("the remote hung up")

    world.git.push = lost  # type: ignore[method-assign]
    stage.release(world)
    assert not world.remote.releases["v1.1.0"].draft

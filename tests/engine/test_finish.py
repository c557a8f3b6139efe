"""The releases that a run recognises as unfinished, and the way it finishes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from engine.stage import FILES, Stage, new_world, public
from msgspec.structs import replace

from shipit.config.load import parse_config
from shipit.core.commits.text.release_message import release_message
from shipit.errors import PreflightError
from shipit.testing import FakeFiles, FakeWorld, Killed, interrupted, kill, recorded
from shipit.testing.interrupt import When


def test_a_release_commit_written_by_a_user_is_not_an_unfinished_release(tmp_path: Path) -> None:
    world = new_world()
    world.commit(release_message("chore(release): 9.9.9", "### Features"), {"a.txt": "a"})
    world.push()
    Stage.of(tmp_path).release(world)
    assert sorted(world.remote.tags) == ["v1.0.0", "v1.1.0"]


def test_a_tag_made_by_a_user_is_not_an_unfinished_release(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    stage.release(world)
    world.git.tag("v1.2.0", "v1.1.0")
    world.push("v1.2.0")
    assert not stage.release(world).released
    assert world.remote.releases.keys() == {"v1.1.0"}


@pytest.mark.parametrize("snapshot", ["", "snapshot = true\n"])
@pytest.mark.parametrize("fresh", [True, False])
def test_a_push_of_which_the_remote_lost_the_tag_is_finished(tmp_path: Path, snapshot: str, fresh: bool) -> None:
    """A remote writes the branch and the tag one after the other; it can be killed in between."""
    stage, world = Stage.of(tmp_path, snapshot), new_world()
    stage.release(world)
    whole = public(world)
    del world.remote.tags["v1.1.0"]
    world.remote.releases["v1.1.0"] = replace(world.remote.releases["v1.1.0"], draft=True)
    outcome = stage.release(world.fresh_clone() if fresh else world)
    assert outcome.plan.finishes == ("v1.1.0",)
    assert public(world) == whole | {"latest": world.remote.latest}


def test_a_release_commit_with_a_tag_in_another_format_is_complete(tmp_path: Path) -> None:
    world = new_world()
    Stage.of(tmp_path).release(world)
    world.remote.tags["release-1.0.0"] = world.remote.tags["v1.0.0"]
    plan = Stage.of(tmp_path, 'tag = "release-{version}"\n').release(world.fresh_clone()).plan
    assert plan.finishes == ()


def test_a_release_commit_that_is_not_pushed_is_not_an_unfinished_release(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    message = release_message("chore(release): 1.1.0", "### Features")
    world.commit(f"{message}\nReleased-by: shipit\n" if "Released-by" not in message else message, {"a.txt": "a"})
    assert stage.release(world).plan.finishes == ()


def _killed(tmp_path: Path, write: str, moment: When, settings: str = "") -> FakeWorld:
    """Return the world after a run that was killed `moment` (before or after) the write `write`."""
    stage, world = Stage.of(tmp_path, settings), new_world()
    trial, writes = recorded(new_world())
    stage.release(trial)
    with pytest.raises(Killed):
        stage.release(interrupted(world, writes.index(write) + 1, moment, kill))
    return world


def test_assets_of_a_lost_draft_are_not_built_from_newer_commits(tmp_path: Path) -> None:
    newer = _killed(tmp_path, "git.push", "after").fresh_clone()
    newer.remote.releases.clear()
    newer.commit("docs: later", {"build.gradle": "version = '1.1.0' // later"})
    with pytest.raises(PreflightError) as raised:
        Stage.of(tmp_path).release(newer)
    assert [finding.code for finding in raised.value.findings] == ["assets-lost"]
    newer.push()
    assert Stage.of(tmp_path).release(newer).plan.finishes == ("v1.1.0",)
    jar = f"built from {FILES['build.gradle'].replace('1.0.0', '1.1.0')}"
    assert [asset.size for asset in newer.remote.releases["v1.1.0"].assets] == [len(jar)]


@pytest.mark.parametrize("pushed", [(), ("v1.1.0",)])
@pytest.mark.parametrize("later", [False, True])
def test_a_release_that_a_user_pushed_before_its_assets_gets_them(
    tmp_path: Path, pushed: tuple[str, ...], later: bool
) -> None:
    """A user can push the commit and the tag of a run whose upload failed."""
    world = _killed(tmp_path, "forge.upload_asset", "before")
    world.push(*pushed)
    if later:
        world.commit("docs: later", {"later.txt": "later"})
        world.push()
    outcome = Stage.of(tmp_path).release(world.fresh_clone())
    assert outcome.plan.finishes == ("v1.1.0",)
    release = world.remote.releases["v1.1.0"]
    assert (release.draft, [asset.name for asset in release.assets]) == (False, ["app.jar"])


@pytest.mark.parametrize("pushed", [(), ("v1.1.0",)])
def test_the_partial_upload_of_a_commit_or_tag_that_a_user_pushed_is_completed(
    tmp_path: Path, pushed: tuple[str, ...]
) -> None:
    stage, world = Stage.of(tmp_path), _killed(tmp_path, "forge.upload_asset", "after")
    world.push(*pushed)
    again = world.fresh_clone()

    def jars(files: FakeFiles, env: Mapping[str, str]) -> None:
        for name in ("a", "b"):
            files.edit(f"build/{name}.jar", name)

    again.process.effects["make jar"] = jars
    assert stage.release(again).plan.finishes == ("v1.1.0",)
    assert {asset.name for asset in world.remote.releases["v1.1.0"].assets} == {"a.jar", "b.jar"}


@pytest.mark.parametrize("settings", ["", 'write-back = "none"\n'])
def test_a_tag_that_a_user_pushed_gets_the_notes_and_the_files_of_its_own_commit(tmp_path: Path, settings: str) -> None:
    """The draft is of an earlier attempt of the same version, from another commit."""
    stage, world = Stage.of(tmp_path, settings), _killed(tmp_path, "git.push", "before", settings).fresh_clone()
    world.commit("fix: crash", {"crash.txt": "fixed"})
    world.push()

    def jar(files: FakeFiles, env: Mapping[str, str]) -> None:
        files.edit("build/app.jar", f"{files.read('crash.txt')} in {files.read('build.gradle')}")

    world.process.effects["make jar"] = jar
    world.forge.create_draft = lambda **_: kill()  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        stage.release(world)
    world.push("v1.1.0")
    stage.release(world.fresh_clone())
    release = world.remote.releases["v1.1.0"]
    assert (release.draft, "crash" in release.body) == (False, True)
    built = f"fixed in {FILES['build.gradle'].replace('1.0.0', '1.1.0')}"
    assert [asset.digest for asset in release.assets] == [f"sha256:{hashlib.sha256(built.encode()).hexdigest()}"]


@pytest.mark.parametrize("assets", ['["build/*.jar"]', "[]"])
def test_the_files_of_an_attempt_that_was_never_released_are_not_published(tmp_path: Path, assets: str) -> None:
    world = _killed(tmp_path, "git.push", "before").fresh_clone()
    settings = f'version-files = ["build.gradle"]\nassets = {assets}\nprepare = ["make clean jar"]\n'
    world.process.effects["make clean jar"] = lambda files, env: files.edit("build/clean.jar", "clean")
    assert Stage(parse_config(f"[release]\n{settings}"), tmp_path).release(world).released
    names = [asset.name for asset in world.remote.releases["v1.1.0"].assets]
    assert names == (["clean.jar"] if "*" in assets else [])


def test_missing_tags_of_several_packages_get_the_notes_of_their_package(tmp_path: Path) -> None:
    config = parse_config(
        '[release]\nwrite-back = "api"\n'
        '[packages.web]\npath = "web"\nversion-files = []\n[packages.server]\npath = "server"\nversion-files = []\n'
    )

    def monorepo() -> FakeWorld:
        world = FakeWorld.new({"web/a.txt": "a", "server/a.txt": "a"})
        world.commit("feat: a page", {"web/b.txt": "b"})
        world.commit("fix: a query", {"server/b.txt": "b"})
        world.push()
        return world

    stage = Stage(config, tmp_path)
    trial, writes = recorded(monorepo())
    stage.release(trial)
    world = monorepo()
    with pytest.raises(Killed):
        stage.release(interrupted(world, writes.index("forge.create_commit") + 1, "after", kill))
    stage.release(world.fresh_clone())
    messages = {name: tag.message or "" for name, tag in world.remote.tags.items()}
    assert "a page" in messages["web-v0.1.0"]
    assert "a query" not in messages["web-v0.1.0"]
    assert "a query" in messages["server-v0.1.0"]

"""Two runners at once, and clones that are behind."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engine.interleaved import interleave
from engine.stage import Stage, new_world, public

from shipit.core import limits
from shipit.engine.apply import Silent
from shipit.errors import BranchMoved, CommandError, Overtaken, PreflightError, RemoteError, ShipitError
from shipit.testing import FakeWorld, Killed, crash_matrix, interrupted, kill, recorded
from shipit.world import Asset, ForgeRelease, World, require_attached

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


def two_jars() -> FakeWorld:
    """Return a world in which each build makes two files that no other build makes."""
    builds, world = itertools.count(1), new_world()

    def jars(files: Any, env: Any) -> None:
        build = next(builds)
        for name in ("a", "b"):
            files.edit(f"build/{name}.jar", f"build {build}")

    world.process.effects["make jar"] = jars
    return world


def test_the_files_of_a_release_that_two_runs_build_at_once_are_of_one_build(stage: Stage, tmp_path: Path) -> None:
    """No build is the same as another, and each run attaches its files to the draft of the other."""
    world, writes = recorded(two_jars())
    stage.release(world)
    (tmp_path / "other").mkdir()
    other = Stage(stage.config, tmp_path / "other")
    begin, wrong = writes.index("forge.create_draft") + 1, []
    for at, until in itertools.product(range(begin, len(writes) + 1), repeat=2):
        first = two_jars()
        errors = interleave((stage.release, first), (other.release, first.fresh_clone()), at, until)
        made = first.remote.releases["v1.1.0"]
        names, builds = [asset.name for asset in made.assets], {asset.digest for asset in made.assets}
        if (errors, made.draft, sorted(names), len(builds)) != ([], False, ["a.jar", "b.jar"], 1):
            wrong.append((writes[at - 1], writes[until - 1], errors, made))
    assert wrong == []


class Reasons(Silent):
    """An observer that keeps the reasons of new plans."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.nothing_pushed: list[bool] = []

    def planned_again(self, reason: ShipitError) -> None:
        self.reasons.append(reason.what)
        self.nothing_pushed.append(reason.nothing_pushed)


def at_the_push(world: FakeWorld, stage: Stage, meanwhile: Callable[[FakeWorld], object]) -> World:
    """A world in which `meanwhile` happens in another clone just before the release is pushed."""
    alone, writes = recorded(new_world())
    stage.release(alone)
    at = next(number for number, write in enumerate(writes, 1) if write == "git.push")
    return interrupted(world, at, "before", partial(_in_another_clone, world, meanwhile))


def push_feature(world: FakeWorld) -> None:
    tip = world.remote.branches["main"]
    world.commit("feat: meanwhile", {f"{tip[:10]}.txt": "here"})
    world.push()


def test_a_new_plan_is_announced_with_its_reason(tmp_path: Path) -> None:
    stage, world, observer = Stage.of(tmp_path), new_world(), Reasons()
    stage.release(at_the_push(world, stage, push_feature), observer)
    assert observer.reasons == ["`main` moved on the remote during this run"]


def test_a_release_that_another_run_pushed_is_finished_after_a_wait_if_that_run_was_killed(tmp_path: Path) -> None:
    stage, world, observer = Stage.of(tmp_path), new_world(), Reasons()
    (tmp_path / "other").mkdir()

    def is_killed(clone: FakeWorld) -> None:
        clone.forge.publish = lambda *_, **__: kill()  # type: ignore[method-assign, assignment]
        with pytest.raises(Killed):
            Stage(stage.config, tmp_path / "other").release(clone)

    begun = world.clock.elapsed()
    stage.release(at_the_push(world, stage, is_killed), observer)
    assert observer.reasons == [
        "`main` moved on the remote during this run",
        "another run makes v1.1.0: waiting up to 60 s until it is published",
    ]
    assert observer.nothing_pushed == [True, True]
    assert world.clock.elapsed() - begun >= limits.OTHER_RUN
    assert not world.remote.releases["v1.1.0"].draft


def always_overtaken(world: FakeWorld) -> list[str]:
    """Let another run be faster at each upload; return the list of the tags that `world` asks for."""

    def upload(tag: str, path: str) -> Asset:
        raise Overtaken("another run attached its own `app.jar`")

    def is_published(tag: str) -> bool:
        asked.append(tag)
        return False

    asked: list[str] = []
    world.forge.upload_asset = upload  # type: ignore[method-assign]
    world.forge.is_published = is_published  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize("shared", [True, False])
def test_all_waits_for_another_run_together_have_one_limit(tmp_path: Path, shared: bool) -> None:
    """There is no wait without a forge that clones share, which cannot show what another run publishes."""
    world, observer = new_world(), Reasons()
    world.forge.shared = shared
    begun, asked = world.clock.elapsed(), always_overtaken(world)
    with pytest.raises(Overtaken):
        Stage.of(tmp_path).release(world, observer)
    waits = [reason for reason in observer.reasons if "waiting up to 60 s" in reason]
    ticks = limits.RELEASE_ATTEMPTS * 2  # the seconds of the commits and tags
    if shared:
        assert limits.OTHER_RUN <= world.clock.elapsed() - begun <= limits.OTHER_RUN + ticks
        assert (len(waits), 0 < len(asked) <= limits.OTHER_RUN / 5 + ticks) == (1, True)
    else:
        assert world.clock.elapsed() - begun <= ticks
        assert (waits, asked) == ([], [])


def test_a_failure_while_waiting_for_another_run_names_what_the_first_plan_left(tmp_path: Path) -> None:
    world = new_world()
    always_overtaken(world)

    def fail(tag: str) -> bool:
        raise RemoteError("the forge does not answer")

    world.forge.is_published = fail  # type: ignore[method-assign]
    with pytest.raises(RemoteError) as raised:
        Stage.of(tmp_path).release(world)
    assert "nothing was pushed. Failed at: attach" in str(raised.value.state)
    assert "draft" in str(raised.value.state)


@pytest.mark.parametrize("way", ["push", "api"])
def test_a_run_that_pushed_does_not_wait_for_another_run_to_finish_its_release(tmp_path: Path, way: str) -> None:
    world, observer = new_world(), Reasons()
    publish = world.forge.publish

    def overtaken_once(tag: str, *, latest: bool) -> ForgeRelease:
        world.forge.publish = publish  # type: ignore[method-assign]
        raise Overtaken("another run replaced `app.jar`")

    world.forge.publish = overtaken_once  # type: ignore[method-assign]
    Stage.of(tmp_path, WAYS[way]).release(world, observer)
    assert observer.reasons == ["another run replaced `app.jar`"]
    assert not world.remote.releases["v1.1.0"].draft


@pytest.mark.parametrize(("ours", "its", "is_kept"), [(None, "b", True), ("a", None, True), ("a", "b", False)])
def test_a_file_without_a_digest_does_not_count_as_replaced(ours: str | None, its: str | None, is_kept: bool) -> None:
    with nullcontext() if is_kept else pytest.raises(Overtaken):
        require_attached("v1.0.0", [Asset("app.jar", 3, ours)], [Asset("app.jar", 3, its)])


def test_a_release_blocked_after_a_push_race_names_what_its_first_plan_left(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()
    world.commit("feat: own", {"own.txt": "mine"})
    with pytest.raises(PreflightError) as raised:
        stage.release(at_the_push(world, stage, push_feature))
    assert [finding.code for finding in raised.value.findings if finding.blocks] == ["diverged"]
    state = str(raised.value.state)
    assert "nothing was pushed" in state
    for left in ("commit chore(release): 1.1.0", "tag v1.1.0", "draft"):
        assert left in state
    assert "nothing was changed" not in state


def test_a_failure_after_a_push_race_names_what_its_first_plan_left_too(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()

    def refuse(files: Any, env: Any) -> None:
        raise CommandError("the build failed")

    def push_and_break(other: FakeWorld) -> None:
        push_feature(other)
        world.process.effects["make jar"] = refuse

    with pytest.raises(CommandError) as raised:
        stage.release(at_the_push(world, stage, push_and_break))
    assert "Failed at: run make jar" in str(raised.value.state)
    assert "this run applied an earlier plan, which left: nothing was pushed. Failed at: push" in str(
        raised.value.state
    )
    assert "draft" in str(raised.value.state)


def test_a_run_that_gives_up_after_many_races_names_what_it_left(tmp_path: Path) -> None:
    stage, world = Stage.of(tmp_path), new_world()

    def always(*words: Any, **named: Any) -> None:
        push_feature(world.fresh_clone())
        raise BranchMoved("`main` moved on the remote during this run")

    world.git.push = always  # type: ignore[method-assign]
    with pytest.raises(BranchMoved) as raised:
        stage.release(world)
    assert "nothing was pushed" in str(raised.value.state)
    assert "draft" in str(raised.value.state)


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

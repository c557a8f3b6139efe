"""The steps after a release is published: floating tags and announce steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.stage import Stage, new_world

from shipit import api
from shipit.config.load import parse_config
from shipit.errors import RemoteError
from shipit.testing import FakeWorld, Killed

ANNOUNCE = '[announce]\ncomment = true\nlabel = "released"\n'


def commits(world: FakeWorld, *names: str) -> list[str]:
    return [world.remote.tags[name].commit for name in names]


def test_without_configuration_there_are_no_announce_steps_and_no_floating_tags(tmp_path: Path) -> None:
    world = new_world()
    world.commit("fix: crash (#12)")
    world.push()
    Stage.of(tmp_path).release(world)
    assert (world.remote.comments, world.remote.labels) == ({}, {})
    assert world.remote.tags.keys() == {"v1.0.0", "v1.1.0"}


def test_floating_tags_follow_the_release(tmp_path: Path) -> None:
    world = new_world()
    world.git.tag("v1", "v1.0.0")
    world.push("v1")
    Stage.of(tmp_path, 'floating-tags = ["major", "minor"]\n').release(world)
    assert len({*commits(world, "v1", "v1.1", "v1.1.0")}) == 1
    assert world.remote.tags["v1"].commit == world.git.head()


def test_floating_tags_never_go_backwards(tmp_path: Path) -> None:
    world = new_world()
    begin = str(world.git.head())
    ahead = world.commit("feat: next year")
    world.git.tag("v1.9.0")
    world.git.tag("v1")
    world.push("v1.9.0", "v1")
    world.remote.branches["main"] = begin
    world.git.check_out("main", begin)
    Stage.of(tmp_path, 'floating-tags = ["major", "minor"]\n').release(world)
    assert commits(world, "v1", "v1.9.0") == [ahead, ahead]
    assert commits(world, "v1.1") == commits(world, "v1.1.0")


def test_a_pre_release_moves_no_floating_tag(tmp_path: Path) -> None:
    world = new_world()
    settings = 'floating-tags = ["major"]\nbranches = [{ name = "main", prerelease = "beta" }]\n'
    Stage.of(tmp_path, settings).release(world)
    assert world.remote.tags.keys() == {"v1.0.0", "v1.1.0-beta.1"}


def test_a_floating_tag_that_an_interrupted_run_did_not_move_is_moved_by_the_next(tmp_path: Path) -> None:
    world, stage = new_world(), Stage.of(tmp_path, 'floating-tags = ["major"]\n')
    stage.release(world)
    world.remote.tags["v1"] = world.remote.tags["v1.0.0"]
    again = world.fresh_clone()
    assert stage.release(again).plan.finishes == ("v1.1.0",)
    assert commits(world, "v1") == commits(world, "v1.1.0")
    assert not stage.release(world.fresh_clone()).released


@pytest.fixture
def announcing(tmp_path: Path) -> Stage:
    stage = Stage.of(tmp_path)
    return Stage(parse_config(f'[release]\nversion-files = ["build.gradle"]\n{ANNOUNCE}'), stage.place)


def test_pull_requests_and_issues_of_a_release_get_one_comment(announcing: Stage) -> None:
    world = new_world()
    world.commit("fix: crash (#12)\n\nCloses #7")
    world.commit("Merge pull request #18 from acme/docs\n\ndocs: more")
    world.push()
    announcing.release(world)
    assert world.remote.labels == {number: {"released"} for number in (7, 12, 18)}
    assert {number: len(comments) for number, comments in world.remote.comments.items()} == {7: 1, 12: 1, 18: 1}
    announcing.release(world.fresh_clone())
    assert {len(comments) for comments in world.remote.comments.values()} == {1}


def test_the_announce_steps_of_an_unfinished_release_run_when_it_is_finished(
    announcing: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world()
    world.commit("fix: crash (#12)")
    world.push()

    def cut_off(tag: str, *, latest: bool) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(world.forge, "publish", cut_off)
        announcing.release(world)
    again = world.fresh_clone()
    again.commit("fix: other (#13)")
    again.push()
    announcing.release(again)
    assert world.remote.labels.keys() == {12, 13}
    assert "v1.1.0" in world.remote.comments[12][0]
    assert "v1.1.1" in world.remote.comments[13][0]


def test_a_release_is_made_even_if_its_announce_steps_fail(announcing: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    world = new_world()
    world.commit("fix: crash (#12)")
    world.push()

    def refuse(*_: object) -> None:
        raise RemoteError("GitHub failed to comment")

    monkeypatch.setattr(world.forge, "keep_comment", refuse)
    outcome: api.Outcome = announcing.release(world)
    assert outcome.released
    assert not world.remote.releases["v1.1.0"].draft
    assert world.remote.labels == {12: {"released"}}


def test_at_most_a_hundred_issues_get_a_comment(announcing: Stage) -> None:
    world = new_world()
    world.commit("fix: crash\n\nCloses " + ", ".join(f"#{number}" for number in range(1, 400)))
    world.push()
    announcing.release(world)
    assert world.remote.labels.keys() == set(range(1, 101))

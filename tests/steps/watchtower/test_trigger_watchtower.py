"""The step `trigger-watchtower`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HOST
from steps.samples import Sample
from steps.watchtower.watched import NEW, PROOF, TAG, TOKEN, URL, FakeWatchtower, push, watched

from shipit.core.deploy import TOO_LATE, HealthAnswer
from shipit.errors import AuthError, DeployError, RemoteError, ShipitError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.watchtower import TriggerWatchtower
from shipit.testing import FakeWorld

STEP = TriggerWatchtower(HOST, URL, TOKEN, "shop", NEW, PROOF, within=180)


def tagged(clone: Clone) -> FakeWorld:
    """Return the world in which the tag is on the new image, and the old one still runs."""
    world = watched(clone)
    push(world, NEW, TAG)
    return world


def trigger(clone: Clone) -> Step:
    FakeWatchtower(tagged(clone))
    return STEP


SAMPLE = Sample(trigger, hosts=True)


def failure(world: FakeWorld, error: type[ShipitError], step: TriggerWatchtower = STEP) -> str:
    with pytest.raises(error) as raised:
        step.apply(world)
    assert raised.value.hint
    return raised.value.what


def test_the_fork_is_asked_for_one_container(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    watchtower = FakeWatchtower(world)
    STEP.apply(world)
    assert watchtower.requests == ["GET /v1/update", "POST /v1/update?container=%5Eshop%24"]


def test_the_original_is_asked_once(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    watchtower = FakeWatchtower(world, fork=False)
    STEP.apply(world)
    assert watchtower.requests == ["GET /v1/update"]


def test_an_image_that_runs_already_is_not_asked_for(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    watchtower = FakeWatchtower(world)
    watchtower.update()
    assert STEP.check(world) == Done()
    assert watchtower.requests == []


def test_without_a_proof_it_is_always_asked(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    FakeWatchtower(world).update()
    assert isinstance(replace(STEP, proof=None).check(world), Todo)


def test_a_busy_watchtower_is_asked_again_after_the_time_that_it_says(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    watchtower = FakeWatchtower(world)
    watchtower.busy, began = 2, world.clock.elapsed()
    STEP.apply(world)
    assert world.clock.elapsed() - began == 60
    assert len(watchtower.requests) == 6


def test_a_watchtower_that_stays_busy_ends_the_wait(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    FakeWatchtower(world).busy = 100
    assert "was busy with another update for 180 seconds" in failure(world, RemoteError)


def test_a_refused_token_names_the_variable_and_never_the_value(tmp_path: Path) -> None:
    world = tagged(in_memory(tmp_path))
    FakeWatchtower(world)
    world.secrets.put(f"env:{TOKEN}", {TOKEN: "wrong horse"})
    with pytest.raises(AuthError) as raised:
        STEP.apply(world)
    assert "refused the token" in raised.value.what
    assert TOKEN in (raised.value.hint or "")
    assert "wrong horse" not in f"{raised.value.what} {raised.value.hint} {STEP}"


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (HealthAnswer(0, "nothing listens on the port"), RemoteError, "did not answer: nothing listens on the port"),
        (HealthAnswer(404), RemoteError, "answered 404"),
        (HealthAnswer(503), RemoteError, "answered 503"),
        (
            HealthAnswer(200, "<!doctype html><title>Sign in</title>"),
            RemoteError,
            "with a web page, so it was not asked",
        ),
        (HealthAnswer(200, '{"summary": {"scanned": 0}}'), DeployError, "does not watch container `shop`"),
        (
            HealthAnswer(200, '{"summary": {"scanned": 1, "failed": 1}}'),
            DeployError,
            "could not update container `shop`",
        ),
    ],
)
def test_an_answer_that_says_no_is_an_error(
    tmp_path: Path, answer: HealthAnswer, error: type[ShipitError], reason: str
) -> None:
    world = tagged(in_memory(tmp_path))
    FakeWatchtower(world).host.servers["127.0.0.1:8080"] = lambda *request: answer
    assert reason in failure(world, error)


@pytest.mark.parametrize(
    "answer", [HealthAnswer(0, TOO_LATE), HealthAnswer(200), HealthAnswer(202, "Accepted"), HealthAnswer(200, "[1]")]
)
def test_an_answer_that_says_nothing_is_followed_by_the_wait(tmp_path: Path, answer: HealthAnswer) -> None:
    world = tagged(in_memory(tmp_path))
    FakeWatchtower(world).host.servers["127.0.0.1:8080"] = lambda *request: answer
    assert STEP.apply(world) == {}

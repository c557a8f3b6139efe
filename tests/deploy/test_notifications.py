"""The notifications of deployments: each verdict is sent once, and the message says which version is live."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from deploy.stage import FAILS_LATER, UNHEALTHY, Stage
from msgspec.structs import replace

from shipit.config.load import parse_config
from shipit.errors import ConflictError, DeployError, RemoteError, ShipitError, UnsafeError
from shipit.testing import FakeWorld

NOTIFY = '[[notify]]\nkind = "webhook"\nurl = "env:TEAM_WEBHOOK"\n'


@pytest.fixture
def stage() -> Stage:
    found = Stage.of(environment='url = "https://shop.example"')
    return Stage(replace(found.config, notify=parse_config(NOTIFY).notify))


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld.new()


def sent(world: FakeWorld) -> list[Any]:
    return [document for _, document in world.notifications.sent]


def test_a_deployment_is_notified_with_the_version_that_is_live(stage: Stage, world: FakeWorld) -> None:
    stage.deployed(world, "1.0.0")
    (message,) = sent(world)
    assert (message["event"], message["environment"], message["serving"]) == ("deployed", "dev", "1.0.0")
    assert message["text"].startswith("acme/app: 1.0.0 is live in dev; this was verified")
    assert message["run"] == "https://ci.example/run/1"


def test_a_deployment_that_is_run_again_is_not_notified_again(stage: Stage, world: FakeWorld) -> None:
    stage.deployed(world, "1.0.0")
    stage.deploy(world.fresh_clone())
    assert len(sent(world)) == 1


def test_a_version_that_comes_back_after_another_one_is_notified_again(stage: Stage, world: FakeWorld) -> None:
    stage.deployed(world, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    stage.deploy(world.next_run(), "1.1.0", retry=True)
    assert [message["serving"] for message in sent(world)] == ["1.0.0", "1.1.0", "1.0.0", "1.1.0"]


def test_a_rollback_names_the_version_that_is_live_and_the_rejected_one(stage: Stage, world: FakeWorld) -> None:
    stage.deployed(world, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    *_, message = sent(world)
    assert (message["event"], message["serving"], message["version"]) == ("rolled-back", "1.0.0", "1.1.0")
    assert "1.0.0 is live in dev, and 1.1.0 was rejected" in message["text"]


@pytest.mark.parametrize("app", [UNHEALTHY, FAILS_LATER])
def test_a_version_that_fails_is_notified_with_the_reason_and_what_serves(
    stage: Stage, world: FakeWorld, app: Any
) -> None:
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", app)
    with pytest.raises(DeployError) as failure:
        stage.deploy(world.next_run())
    *_, message = sent(world)
    assert (message["event"], message["version"]) == ("rolled-back", "1.1.0")
    assert message["serving"].startswith("1.0.0")
    assert message["reason"] == failure.value.what and message["state"] == failure.value.state
    assert len(sent(world)) == 2


def test_a_first_version_that_fails_is_no_rollback(stage: Stage, world: FakeWorld) -> None:
    stage.publish(world, "1.0.0", UNHEALTHY)
    with pytest.raises(DeployError):
        stage.deploy(world)
    (message,) = sent(world)
    assert (message["event"], message["serving"]) == ("failed", "")
    assert "the deployment to dev failed" in message["text"]
    assert "no version served when this deployment began" in message["text"]


def test_a_failure_after_which_nothing_is_verified_says_so(
    stage: Stage, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", FAILS_LATER)
    monkeypatch.setattr("shipit.api.deployments.way_back._problem_of", lambda *_: "the host is lost")
    with suppress(UnsafeError, DeployError):
        stage.deploy(world.next_run())
    *_, message = sent(world)
    assert (message["event"], message["serving"]) == ("failed", "")
    assert "no version could be verified to serve" in message["state"]


def test_a_deployment_that_meets_another_one_is_notified(stage: Stage, world: FakeWorld) -> None:
    stage.publish(world, "1.0.0")
    with world.hosts.at("local").lock("/var/lib/shipit/shop", "another run"), pytest.raises(ConflictError):
        stage.deploy(world.next_run())
    (message,) = sent(world)
    assert (message["event"], message["environment"]) == ("failed", "dev")


def test_a_secret_in_the_reason_is_removed(stage: Stage, world: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RemoteError("the host printed hunter2-in-the-log")

    monkeypatch.setattr("shipit.api.deployments.deploying.observe", fail)
    with pytest.raises(RemoteError):
        stage.deploy(world)
    assert sent(world)[0]["reason"] == "the host printed [REDACTED]"


def test_a_failure_is_shown_as_it_is_if_its_message_cannot_be_made(
    stage: Stage, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise RemoteError("the host is lost")

    def unreadable(*_: object) -> None:
        raise ConflictError("the remote has no readable address")

    monkeypatch.setattr("shipit.api.deployments.deploying.observe", lost)
    monkeypatch.setattr("shipit.plan.notifications.failure_notification", unreadable)
    with pytest.raises(RemoteError, match="the host is lost"):
        stage.deploy(world)


@pytest.mark.parametrize("on", ["released", "deployed"])
def test_only_the_chosen_events_are_sent(world: FakeWorld, stage: Stage, on: str) -> None:
    stage = Stage(replace(stage.config, notify=parse_config(f'{NOTIFY}on = ["{on}"]\n').notify))
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", UNHEALTHY)
    with suppress(ShipitError):
        stage.deploy(world.next_run())
    assert [message["event"] for message in sent(world)] == [on] * (on == "deployed")


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_a_service_that_refuses_changes_neither_a_deployment_nor_its_failure(
    stage: Stage, world: FakeWorld, version: str
) -> None:
    world.notifications.refused = "answered with status 500"
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", UNHEALTHY)
    with pytest.raises(DeployError) as failure:
        stage.deploy(world.next_run())
    assert "1.0.0" in str(failure.value.state)


def test_the_plan_shows_the_message_and_warns_of_a_missing_variable(stage: Stage, world: FakeWorld) -> None:
    stage.publish(world, "1.0.0")
    world.notifications.unset = {"TEAM_WEBHOOK"}
    plan = stage.plan(world)
    assert plan.steps[-1].summary.startswith("notify webhook (TEAM_WEBHOOK): acme/app: 1.0.0 is live in dev")
    assert [finding.code for finding in plan.warnings].count("notification-channel") == 1
    stage.deploy(world)

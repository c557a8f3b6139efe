"""The sample of `send-notification`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from msgspec.structs import replace
from steps.samples import Sample, planned

from shipit.core.notifications import Channel, Notification
from shipit.engine.apply import Silent, apply_steps
from shipit.errors import ShipitError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.notify import SendNotification
from shipit.testing import FakeWorld

RELEASED = Notification("released", "v1.4.0", project="acme/app", version="1.4.0")
STEP = SendNotification(Channel("webhook", "TEAM_WEBHOOK"), RELEASED)


def send_notification(clone: Clone) -> Step:
    planned(clone)
    return STEP


SAMPLE = Sample(send_notification, hosts=True)  # the real service is in tests/contracts/test_notifications.py


def test_the_plan_names_the_service_and_the_variable_and_never_the_address() -> None:
    assert STEP.summary == "notify webhook (TEAM_WEBHOOK): acme/app: released 1.4.0"


def test_the_next_release_is_sent_although_the_last_one_was() -> None:
    world = FakeWorld.new()
    STEP.apply(world)
    following = SendNotification(STEP.channel, replace(RELEASED, id="v1.5.0", version="1.5.0"))
    assert (STEP.check(world), following.check(world)) == (Done(), Todo())


@pytest.mark.parametrize("problem", ["unset", "refused"])
def test_a_channel_that_cannot_be_used_does_not_stop_the_release(problem: str) -> None:
    world, failed = FakeWorld.new(), []
    world.notifications.unset = {"TEAM_WEBHOOK"} if problem == "unset" else set()
    world.notifications.refused = "answered with status 404" if problem == "refused" else ""

    class Failures(Silent):
        def optional_failed(self, step: object, error: ShipitError) -> None:
            failed.append(error.what)

    assert apply_steps([STEP], world, Failures()) == {}
    assert len(failed) == 1 and "`TEAM_WEBHOOK`" in failed[0]

"""The step `record-event`."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import EARLIER, HELD, HOST, IMAGE, RECORD, fake, host_of, spoil_the_record
from steps.samples import Sample

from shipit.core.deploy import DeployEvent
from shipit.errors import ConflictError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.deploy import RecordEvent, read_record

STEP = RecordEvent(HOST, RECORD, HELD)


def record_event(clone: Clone) -> Step:
    fake(clone)
    return STEP


SAMPLE = Sample(record_event, (spoil_the_record,), hosts=True)


def test_an_image_is_held_until_it_is_freed(tmp_path: Path) -> None:
    world = fake(in_memory(tmp_path))
    STEP.apply(world)
    freed = RecordEvent(HOST, RECORD, replace(HELD, kind="freed"))
    assert isinstance(freed.check(world), Todo)
    freed.apply(world)
    assert read_record(host_of(world), RECORD).held == ()
    assert isinstance(STEP.check(world), Todo)


def test_the_event_gets_the_time_when_it_is_written(tmp_path: Path) -> None:
    world = fake(in_memory(tmp_path))
    world.clock.sleep(3600)
    STEP.apply(world)
    (event,) = read_record(host_of(world), RECORD).events
    assert (event.at, event.by, event.why) == ("2024-01-01T13:00:00+00:00", "run 7", "rolled back")


def test_an_image_is_verified_again_after_another(tmp_path: Path) -> None:
    world = fake(in_memory(tmp_path))
    for image in (EARLIER, IMAGE):
        RecordEvent(HOST, RECORD, DeployEvent("verified", image)).apply(world)
    again = RecordEvent(HOST, RECORD, DeployEvent("verified", EARLIER))
    assert isinstance(again.check(world), Todo)
    again.apply(world)
    assert isinstance(again.check(world), Done)


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("local", "move it away on that machine: mv shop.json shop.json.old"),
        (
            "ecs://shop/web#@eu-west-1",
            "save the parameter, then delete it as an administrator: aws ssm get-parameter --region eu-west-1 --name "
            "/shop.json > record.json && aws ssm delete-parameter --region eu-west-1 --name /shop.json",
        ),
        ("s3://shop-web", "move it away: aws s3 mv s3://shop-web/shop.json s3://shop-web/shop.json.old"),
        (
            "kubernetes:shop@prod",
            "save it, then delete it: kubectl --context prod --namespace shop get configmap shop.json -o yaml "
            "> shop.json.yaml && kubectl --context prod --namespace shop delete configmap shop.json",
        ),
    ],
)
def test_a_text_that_is_no_record_is_kept_and_the_hint_keeps_it_too(address: str, command: str) -> None:
    place: Any = SimpleNamespace(address=address, read=lambda path: "nonsense")
    with pytest.raises(ConflictError) as raised:
        read_record(place, "shop.json")
    assert raised.value.hint == f"{command}; without it, shipit knows no version to go back to"

"""The step `confirm`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, HEALTH, HOST, IMAGE, NGINX, RECORD, SPEC, host_of, spoil_the_record, switched
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.blue_green import Confirm
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeWorld

STEP = Confirm(HOST, SPEC, NGINX, RECORD, bake=15, health=HEALTH, by="run 7")


def confirm(clone: Clone) -> Step:
    switched(clone)
    return STEP


SAMPLE = Sample(confirm, (spoil_the_record,), hosts=True)


def failure(world: FakeWorld, step: Confirm = STEP) -> str:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    assert read_record(host_of(world), RECORD).current is None
    return raised.value.what


def test_it_watches_for_the_whole_time_and_records_the_version(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    began = world.clock.elapsed()
    assert STEP.apply(world) == {"deployed": "true", "serving": DIGEST, f"verified:{HOST}:{SPEC.app}": "true"}
    assert world.clock.elapsed() - began >= 15
    last = read_record(host_of(world), RECORD).last
    assert last and (last.image, last.by, last.at[:10]) == (IMAGE, "run 7", "2024-01-01")


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (FakeApp(fails=10), "`/health` answered 503"),
        (FakeApp(exits=10), "was restarted"),
        (FakeApp(health="unhealthy"), "is unhealthy"),
    ],
)
def test_a_version_that_fails_while_it_serves_is_not_recorded(tmp_path: Path, app: FakeApp, reason: str) -> None:
    assert reason in failure(switched(in_memory(tmp_path), app))


def test_traffic_that_another_program_takes_away_is_a_failure(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    host_of(world).nginx.loaded = "set $service_url http://127.0.0.1:8081;\n"
    assert "nginx gives the traffic to another version, which another program set" in failure(world)


def test_a_stopped_container_is_a_failure(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    host_of(world).containers.stop(SPEC.name, seconds=1)
    assert "ended with status 0" in failure(world)


def test_the_public_address_is_asked_several_times(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    step = replace(STEP, url="https://shop.example/health")
    assert "`https://shop.example/health` did not answer" in failure(world, step)
    world.hosts.public["shop.example"] = HOST
    step.apply(world)


def test_other_settings_of_the_same_image_are_confirmed_again(tmp_path: Path) -> None:
    world = switched(in_memory(tmp_path))
    STEP.apply(world)
    assert isinstance(STEP.check(world), Done)
    assert isinstance(replace(STEP, spec=replace(SPEC, memory="1g")).check(world), Todo)

"""The step `confirm-service`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import HOST, IMAGE, RECORD, host_of, spoil_the_record
from steps.samples import Sample
from steps.swarm.scene import SERVICE, remove_the_service, set_another_image, settled

from shipit.core.deploy import HealthAnswer
from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.deploy import read_record
from shipit.steps.swarm import ConfirmService
from shipit.testing import FakeApp, FakeWorld

STEP = ConfirmService(HOST, SERVICE, "shop", IMAGE, RECORD, bake=15, within=60, by="run 7")


def confirm(clone: Clone) -> Step:
    settled(clone)
    return STEP


SAMPLE = Sample(confirm, (remove_the_service, set_another_image, spoil_the_record), hosts=True)


def test_it_watches_and_records_the_image(tmp_path: Path) -> None:
    world = settled(in_memory(tmp_path))
    began = world.clock.elapsed()
    outputs = STEP.apply(world)
    assert outputs == {"deployed": "true", "serving": IMAGE.digest, f"verified:{HOST}:shop": "true"}
    last = read_record(host_of(world), RECORD).last
    assert last and (last.image, last.by) == (IMAGE, "run 7")
    assert world.clock.elapsed() - began >= 15


def test_a_task_that_fails_while_it_is_watched_is_a_failure_at_once(tmp_path: Path) -> None:
    world = settled(in_memory(tmp_path), FakeApp(fails=15))
    began = world.clock.elapsed()
    with pytest.raises(DeployError, match="unhealthy container"):
        STEP.apply(world)
    assert world.clock.elapsed() - began < 15
    assert read_record(host_of(world), RECORD).current is None


def test_a_public_address_that_fails_has_a_hint_of_its_own(tmp_path: Path) -> None:
    world = settled(in_memory(tmp_path))
    world.hosts.at("local").servers["shop.example"] = lambda method, url, headers: HealthAnswer(503)
    with pytest.raises(
        DeployError, match=f"in service `{SERVICE}` on .*: `https://shop.example` answered 503"
    ) as raised:
        replace(STEP, url="https://shop.example", environment="prod").apply(world)
    assert raised.value.hint == "check `url`, DNS and the proxy, then run: shipit deploy prod --retry"


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "drained"])
def test_a_task_that_the_swarm_moves_to_another_node_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    world = settled(in_memory(tmp_path), FakeApp(ready=3))
    moved = move_after(world, monkeypatch, 5, lost=lost)
    STEP.apply(world)
    assert moved == ["moved"]
    assert read_record(host_of(world), RECORD).current == IMAGE


def move_after(world: FakeWorld, monkeypatch: pytest.MonkeyPatch, seconds: float, *, lost: bool) -> list[str]:
    """Move a task of the service after some time; the list then has one entry."""
    sleep, at, moved = world.clock.sleep, world.clock.elapsed() + seconds, list[str]()

    def passing(time: float) -> None:
        sleep(time)
        if world.clock.elapsed() >= at and not moved:
            moved.append("moved")
            host_of(world).services.move(SERVICE, lost=lost)

    monkeypatch.setattr(world.clock, "sleep", passing)
    return moved

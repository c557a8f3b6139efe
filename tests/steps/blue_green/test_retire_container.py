"""The step `retire-container`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, SPEC, fake, host_of, started
from steps.samples import Sample

from shipit.steps.base import Done, Step, Todo
from shipit.steps.blue_green import RetireContainer
from shipit.testing import FakeApp

STEP = RetireContainer(HOST, SPEC.name, 20)


def retire_container(clone: Clone) -> Step:
    started(clone)
    return STEP


SAMPLE = Sample(retire_container, hosts=True)


def test_the_container_is_stopped_and_kept_with_its_log(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(log="bye"))
    STEP.apply(world)
    found = host_of(world).containers.find(SPEC.name)
    assert found and found.status == "exited"
    assert host_of(world).containers.logs(SPEC.name, 10) == "bye"


def test_no_container_is_done(tmp_path: Path) -> None:
    assert isinstance(STEP.check(fake(in_memory(tmp_path))), Done)


def test_a_container_that_the_engine_restarts_again_and_again_is_stopped(tmp_path: Path) -> None:
    world = started(in_memory(tmp_path), FakeApp(exits=1))
    world.clock.sleep(5)
    assert isinstance(STEP.check(world), Todo)
    STEP.apply(world)
    assert isinstance(STEP.check(world), Done)

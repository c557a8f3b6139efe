"""The step `take-back-deployment`."""

from __future__ import annotations

from pathlib import Path

from contracts.clones import Clone, in_memory
from steps.deploy.scene import EARLIER
from steps.ecs.scene import ADDRESS, FIRST, in_stages, remove_the_service, service_of
from steps.samples import Sample

from shipit.steps.base import Done, Step
from shipit.steps.ecs import TakeBackDeployment
from shipit.testing import FakeApp, FakeWorld


def step_for(world: FakeWorld) -> TakeBackDeployment:
    return TakeBackDeployment(ADDRESS, service_of(world).scheduler.newest.arn, EARLIER, within=600)


def take_back_deployment(clone: Clone) -> Step:
    return step_for(in_stages(clone, FakeApp(ready=20)))


SAMPLE = Sample(take_back_deployment, (remove_the_service,), hosts=True)


def test_ecs_gives_the_requests_back_to_the_old_tasks(tmp_path: Path) -> None:
    world = in_stages(in_memory(tmp_path), FakeApp(ready=20))
    step_for(world).apply(world)
    newest = service_of(world).scheduler.newest
    assert (newest.status, newest.serves) == ("ROLLBACK_SUCCESSFUL", FIRST)


def test_a_deployment_that_has_ended_stays(tmp_path: Path) -> None:
    world = in_stages(in_memory(tmp_path))
    step = step_for(world)
    world.clock.sleep(60)
    assert step.check(world) == Done()
    step.apply(world)
    assert service_of(world).scheduler.newest.status == "SUCCESSFUL"


def test_a_deployment_that_ecs_takes_back_by_itself_is_waited_for(tmp_path: Path) -> None:
    world = in_stages(in_memory(tmp_path), FakeApp(ready=20))
    step = step_for(world)
    service_of(world).scheduler.take_back()
    step.apply(world)
    assert service_of(world).scheduler.newest.status == "ROLLBACK_SUCCESSFUL"

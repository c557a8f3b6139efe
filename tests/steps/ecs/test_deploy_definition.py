"""The step `deploy-definition`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.ecs.scene import (
    ADDRESS,
    CHANGE,
    FIRST,
    SECOND,
    deploy_another_image,
    deregister,
    registered,
    remove_the_service,
    service_of,
    updated,
)
from steps.samples import Sample

from shipit.errors import ConflictError
from shipit.steps.base import Done, Step
from shipit.steps.ecs import DeployDefinition
from shipit.testing import FakeApp, FakeWorld

STEP = DeployDefinition(ADDRESS, CHANGE, FIRST)


def deploy_definition(clone: Clone) -> Step:
    registered(clone)
    return STEP


def deregister_the_revision(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    deregister(clone.world, SECOND)


SAMPLE = Sample(deploy_definition, (remove_the_service, deploy_another_image, deregister_the_revision), hosts=True)


def test_the_service_gets_the_task_definition_once(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    STEP.apply(world)
    assert service_of(world).updates == [SECOND]
    assert STEP.check(world) == Done()


def test_a_service_that_another_program_updated_is_left_alone(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    world = registered(clone)
    deploy_another_image(clone)
    with pytest.raises(ConflictError, match="another program gave ECS service shop/web the task definition `shop:3`"):
        STEP.apply(world)
    assert service_of(world).updates == []


def test_an_update_that_ecs_shows_later_is_waited_for(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    service, sleep = service_of(world), world.clock.sleep
    service.settings["definition"] = FIRST

    def show(seconds: float) -> None:
        sleep(seconds)
        if world.clock.elapsed() >= 10:
            service.settings.clear()

    world.clock.sleep = show  # type: ignore[method-assign]
    STEP.apply(world)
    assert STEP.check(world) == Done()


def test_an_update_that_ecs_took_back_is_made_again(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), FakeApp(ready=100, exits=1))
    world.clock.sleep(100)
    STEP.apply(world)
    assert service_of(world).updates == [SECOND, SECOND]

"""The step `await-deployment`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import EARLIER
from steps.ecs.scene import (
    ADDRESS,
    CHANGE,
    FIRST,
    OTHER,
    deploy_another_image,
    remove_the_service,
    service_of,
    updated,
)
from steps.samples import Sample

from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Step
from shipit.steps.ecs import AwaitDeployment, DeployDefinition
from shipit.testing import FakeApp, FakeWorld

STEP = AwaitDeployment(ADDRESS, CHANGE, within=600)
CRASHES = FakeApp(ready=100, exits=1, exit_code=3, log="no database")


def await_deployment(clone: Clone) -> Step:
    updated(clone, FakeApp(ready=20))
    return STEP


SAMPLE = Sample(await_deployment, (remove_the_service, deploy_another_image), hosts=True)


def failure(world: FakeWorld, step: AwaitDeployment = STEP) -> DeployError:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    return raised.value


def test_a_deployment_that_ecs_took_back_is_a_failure_with_the_reasons_of_its_tasks(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    error = failure(world)
    assert "ECS took it back: Service deployment rolled back because the circuit breaker" in error.what
    assert "stopped: Essential container in task exited: exit status 3" in error.what
    assert (error.tail, error.exit_code) == ("no database", 6)


def test_a_failure_has_the_last_reason_of_the_load_balancer_although_the_tasks_are_gone(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), FakeApp(ready=10_000))
    service_of(world).scheduler.balanced = True
    error = failure(world)
    assert "ECS took it back" in error.what and "stopped: Task failed ELB health checks" in error.what
    assert "before that, task `" in error.what and "Health checks failed with these codes: [503]" in error.what


def test_an_image_that_cannot_be_pulled_is_said(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    service = service_of(world)
    missing = service.add({"web": f"{OTHER.name}@sha256:{'7' * 64}"})
    service.give(missing)
    change = replace(CHANGE, base=missing.arn, image=replace(OTHER, digest="sha256:" + "7" * 64))
    assert "CannotPullContainerError" in failure(world, replace(STEP, change=change)).what


def test_without_a_circuit_breaker_three_failed_tasks_end_the_wait(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    service_of(world).scheduler.breaker = False
    assert "of its tasks failed; task" in failure(world).what
    assert world.clock.elapsed() < 60


def test_a_circuit_breaker_without_rollback_is_a_failure(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    service_of(world).scheduler.rollback = False
    assert "ECS ended its deployment" in failure(world).what


def test_missing_capacity_ends_with_the_time_and_the_words_of_ecs(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), FakeApp(ready=50))
    scheduler = service_of(world).scheduler
    scheduler.capacity = "(service web) was unable to place a task: Capacity is unavailable at this time."
    scheduler.tasks = [task for task in scheduler.tasks if task.definition == FIRST]
    error = failure(world)
    assert (
        "600 seconds were not enough: 0 of 2 tasks run shop:2; (service web) was unable to place a task" in error.what
    )
    assert error.tail == ""


def test_a_deployment_of_another_program_is_a_conflict_and_no_rollback(tmp_path: Path) -> None:
    clone = in_memory(tmp_path)
    world = updated(clone, FakeApp(ready=50))
    deploy_another_image(clone)
    with pytest.raises(ConflictError, match="another program gave"):
        STEP.apply(world)


def test_the_task_definition_that_ecs_itself_goes_back_to_is_waited_for(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    back = replace(STEP, change=replace(CHANGE, image=EARLIER))
    while not service_of(world).scheduler.newest.rolled_back:
        world.clock.sleep(1)
        service_of(world).scheduler.advance()
    back.apply(world)
    assert back.check(world) == Done()
    assert service_of(world).scheduler.newest.status == "ROLLBACK_SUCCESSFUL"


def test_a_rollback_to_a_revision_that_ecs_has_forgotten_is_judged_by_what_the_service_has(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    failure(world)
    world.clock.sleep(60)
    service_of(world).scheduler.advance()
    service_of(world).settings["deployment"] = replace(service_of(world).scheduler.newest, earlier="")
    assert replace(STEP, change=replace(CHANGE, image=EARLIER)).check(world) == Done()


def test_a_second_try_is_not_taken_for_the_first_one_that_failed(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), CRASHES)
    failure(world)
    world.hosts.apps.clear()
    DeployDefinition(ADDRESS, CHANGE, FIRST).apply(world)
    STEP.apply(world)


def test_a_service_whose_deployments_ecs_has_forgotten_is_judged_by_its_rollout(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    STEP.apply(world)
    service_of(world).settings["deployment"] = None
    assert STEP.check(world) == Done()

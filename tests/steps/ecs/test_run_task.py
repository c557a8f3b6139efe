"""The step `run-task`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import DIGEST
from steps.ecs.scene import (
    ADDRESS,
    CHANGE,
    SECOND,
    delete_the_definitions,
    deregister,
    registered,
    remove_the_service,
    service_of,
)
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.ecs import RunTask
from shipit.testing import FakeApp, FakeWorld
from shipit.world.hosts import CommandResult

COMMAND = ("app", "--migrate")
STEP = RunTask(ADDRESS, CHANGE, COMMAND, timeout=60)
BREAKS = FakeApp(commands={COMMAND: CommandResult(1, "no such table")})


def run_task(clone: Clone) -> Step:
    registered(clone)
    return STEP


def deregister_the_revision(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    deregister(clone.world, SECOND)


SAMPLE = Sample(run_task, (remove_the_service, delete_the_definitions, deregister_the_revision), hosts=True)


def failure(world: FakeWorld) -> DeployError:
    with pytest.raises(DeployError) as raised:
        STEP.apply(world)
    return raised.value


def test_the_command_runs_with_the_new_task_definition(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    STEP.apply(world)
    (job,) = service_of(world).jobs.values()
    assert (job.definition, job.container, job.command) == (SECOND, "web", COMMAND)


def test_a_command_that_fails_is_an_error_with_its_log_and_runs_again_in_the_next_run(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path), BREAKS)
    error = failure(world)
    assert "`app --migrate` failed: Essential container in task exited; container `web`: exit status 1" in error.what
    assert error.tail == "no such table"
    assert isinstance(STEP.check(world), Todo)
    world.hosts.apps[DIGEST] = FakeApp()
    service_of(world).jobs.clear()
    STEP.apply(world)
    assert service_of(world).commands == [COMMAND, COMMAND]


def test_a_task_that_still_runs_is_waited_for_and_not_started_again(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path), FakeApp(exits=20))
    service_of(world).run(SECOND, "web", COMMAND, STEP._key)
    assert STEP.check(world) == Todo("it still runs")
    STEP.apply(world)
    assert (service_of(world).commands, STEP.check(world)) == ([COMMAND], Done())


def test_a_command_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path), FakeApp(exits=500))
    assert "did not end within 60 seconds, and was stopped" in failure(world).what
    assert [job.stopped for job in service_of(world).jobs.values()] == [True]


def test_another_command_is_another_task(tmp_path: Path) -> None:
    world = registered(in_memory(tmp_path))
    STEP.apply(world)
    assert RunTask(ADDRESS, CHANGE, ("app", "--other"), timeout=60).check(world) == Todo()

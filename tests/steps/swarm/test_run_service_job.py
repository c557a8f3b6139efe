"""The step `run-service-job`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import EARLIER, HOST, IMAGE, host_of
from steps.samples import Sample
from steps.swarm.scene import SERVICE, begun, remove_the_service

from shipit.core.deploy import ServiceJob
from shipit.errors import ConflictError, DeployError, PreflightError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.swarm import RunServiceJob
from shipit.testing import FakeApp, FakeWorld
from shipit.world.hosts import CommandResult

COMMAND = ("app", "--migrate")
JOB = ServiceJob(SERVICE, IMAGE.reference, COMMAND)
STEP = RunServiceJob(HOST, IMAGE, JOB, 60, health=False)


def run_job(clone: Clone) -> Step:
    begun(clone)
    return STEP


SAMPLE = Sample(run_job, (remove_the_service,), hosts=True)


def commands(world: FakeWorld) -> list[tuple[str, ...]]:
    """Return the commands of all jobs that were started."""
    return host_of(world).services.commands


def test_a_new_process_does_not_run_a_command_again_that_succeeded(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    STEP.apply(world)
    again = world.next_run()
    assert STEP.check(again) == Done()
    STEP.apply(again)
    assert commands(world) == [COMMAND]


def test_a_command_that_still_runs_is_waited_for_and_not_started_twice(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path), FakeApp(exits=20))
    host_of(world).services.start_job(JOB)
    assert STEP.check(world) == Todo("its task is running")
    began = world.clock.elapsed()
    STEP.apply(world)
    assert commands(world) == [COMMAND]
    assert 20 <= world.clock.elapsed() - began < 25


def test_the_job_of_another_image_or_command_is_replaced(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    for earlier in (replace(JOB, image=EARLIER.reference), replace(JOB, command=("app", "--check"))):
        host_of(world).services.start_job(earlier)
        assert STEP.check(world) == Todo()
        STEP.apply(world)
    assert commands(world)[1::2] == [COMMAND, COMMAND]


def test_a_command_that_failed_is_shown_with_its_output_and_runs_again_in_the_next_run(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path), FakeApp(commands={COMMAND: CommandResult(3, "no such table")}))
    for _ in range(2):
        with pytest.raises(DeployError, match=r"`app --migrate` failed: non-zero exit \(3\)") as raised:
            STEP.apply(world.next_run())
        assert raised.value.tail == "no such table"
    assert commands(world) == [COMMAND, COMMAND]


def test_a_command_that_does_not_end_is_stopped_at_its_limit(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path), FakeApp(exits=1000))
    began = world.clock.elapsed()
    with pytest.raises(DeployError, match="did not end within 60 seconds: its task is running"):
        STEP.apply(world)
    assert 60 <= world.clock.elapsed() - began < 65
    assert host_of(world).services.find(JOB.name) is None


def test_a_service_of_the_user_with_the_name_of_the_job_is_not_replaced(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path))
    host_of(world).services.create(JOB.name, EARLIER.reference)
    with pytest.raises(ConflictError, match="has the name of your service `shop_web-migrate`"):
        STEP.apply(world)
    found = host_of(world).services.find(JOB.name)
    assert found and found.image == EARLIER.reference


def test_no_command_runs_in_an_image_that_would_be_refused(tmp_path: Path) -> None:
    world = begun(in_memory(tmp_path), health_check=False)
    with pytest.raises(PreflightError):
        replace(STEP, health=True).apply(world)
    world.registry.remove(IMAGE.reference)
    with pytest.raises(DeployError, match="the registry no longer has"):
        STEP.apply(world)
    assert commands(world) == []

"""The step `run-job`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, IMAGE
from steps.kubernetes.scene import NAMESPACE, OTHER, applied, cluster_of, remove_the_deployment
from steps.samples import Sample

from shipit.core.deploy import NewJob
from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.kubernetes import RunJob
from shipit.testing import FakeApp
from shipit.world.hosts import CommandResult

COMMAND = ("app", "--migrate")
JOB = NewJob("shipit-shop", "web", "web", IMAGE.reference, COMMAND, 60)
STEP = RunJob(NAMESPACE, IMAGE, JOB)


def run_job(clone: Clone) -> Step:
    applied(clone)
    return STEP


SAMPLE = Sample(run_job, (remove_the_deployment,), hosts=True)


def test_a_new_process_does_not_run_a_command_again_that_succeeded(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    STEP.apply(world)
    again = world.next_run()
    assert isinstance(STEP.check(again), Done)
    STEP.apply(again)
    assert cluster_of(world).commands == [COMMAND]


def test_a_command_that_still_runs_is_waited_for_and_not_started_twice(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    world.hosts.apps[DIGEST] = FakeApp(exits=20)
    cluster_of(world).start_job(JOB)
    assert STEP.check(world) == Todo("it still runs")
    STEP.apply(world)
    assert cluster_of(world).commands == [COMMAND]
    assert 20 <= world.clock.elapsed() < 25


def test_the_job_of_another_image_or_command_is_replaced(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    for earlier in (replace(JOB, image=OTHER.reference), replace(JOB, command=("app", "--check"))):
        cluster_of(world).start_job(earlier)
        assert STEP.check(world) == Todo()
        STEP.apply(world)
    assert cluster_of(world).commands[1::2] == [COMMAND, COMMAND]


def test_a_command_that_failed_is_shown_with_its_output_and_runs_again_in_the_next_run(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    world.hosts.apps[DIGEST] = FakeApp(commands={COMMAND: CommandResult(3, "no such table")})
    for _ in range(2):
        with pytest.raises(DeployError, match="`app --migrate` failed: Error: exit status 3") as raised:
            STEP.apply(world.next_run())
        assert raised.value.tail == "no such table"
    assert cluster_of(world).commands == [COMMAND, COMMAND]


def test_a_command_that_does_not_end_is_stopped_at_its_limit(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    world.hosts.apps[DIGEST] = FakeApp(exits=1000)
    with pytest.raises(DeployError, match="its time limit was reached"):
        STEP.apply(world)
    assert 60 <= world.clock.elapsed() < 65

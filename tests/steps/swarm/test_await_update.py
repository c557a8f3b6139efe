"""The step `await-update`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, IMAGE
from steps.samples import Sample
from steps.swarm.scene import SERVICE, remove_the_service, service_of, set_another_image, updated

from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.swarm import AwaitUpdate
from shipit.testing import FakeApp

STEP = AwaitUpdate(HOST, SERVICE, IMAGE, within=60)


def wait(clone: Clone) -> Step:
    updated(clone)
    return STEP


SAMPLE = Sample(wait, (remove_the_service, set_another_image), hosts=True)


def test_it_ends_when_all_tasks_run_the_image_and_no_other_is_left(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    STEP.apply(world)
    service = service_of(world)
    assert service.update == "completed"
    assert {task.digest for task in service.tasks if task.state not in ("shutdown", "failed")} == {IMAGE.digest}


@pytest.mark.parametrize(
    ("on_failure", "reason"),
    [
        ("rollback", "the swarm rolled the update back; its task"),
        ("pause", "the swarm stopped the update; its task"),
        ("continue", "not done within 60 seconds: "),
    ],
)
def test_a_failed_update_is_never_success(tmp_path: Path, on_failure: str, reason: str) -> None:
    world = updated(in_memory(tmp_path), FakeApp(exits=0.5, exit_code=3, log="no database"), on_failure=on_failure)
    with pytest.raises(DeployError) as raised:
        STEP.apply(world)
    assert reason in raised.value.what
    assert raised.value.what.endswith("its task ended: non-zero exit (3)")
    assert raised.value.tail == "no database"


def test_a_task_that_finds_no_place_ends_at_the_time_limit_with_the_reason(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), host_ports=(8080,), replicas=1)
    with pytest.raises(DeployError, match="not done within 60 seconds") as raised:
        STEP.apply(world)
    assert "one is pending: no suitable node (host-mode port already in use" in raised.value.what

"""The step `await-update`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, IMAGE, host_of
from steps.samples import Sample
from steps.swarm.scene import SERVICE, remove_the_service, service_of, set_another_image, updated

from shipit.core.deploy import LOST_TASK, Service, ServiceChange
from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.swarm import AwaitUpdate
from shipit.testing import FakeApp, FakeServices, FakeWorld

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


def test_tasks_that_failed_before_the_wait_do_not_count(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path), FakeApp(exits=0.5), on_failure="continue")
    pass_time(world, 20)
    world.hosts.apps[IMAGE.digest] = FakeApp(ready=3)  # the database is there again
    pass_time(world, 20)
    host_of(world).services.move(SERVICE)
    assert sum(task.failed for task in service_of(world).tasks) >= 3
    STEP.apply(world)


def test_tasks_that_fail_again_and_again_after_the_update_end_the_wait(tmp_path: Path) -> None:
    world = updated(in_memory(tmp_path))
    pass_time(world, 20)
    world.hosts.apps[IMAGE.digest] = FakeApp(ready=5, exits=1)
    began = world.clock.elapsed()
    pass_time(world, 1)
    with pytest.raises(DeployError, match="the swarm starts its tasks again and again"):
        STEP.apply(world)
    assert world.clock.elapsed() - began < 15


def test_an_update_that_waits_for_a_task_on_a_lost_node_goes_on_when_another_task_has_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = updated(in_memory(tmp_path), FakeApp(ready=4))
    services, changes = host_of(world).services, []
    pass_time(world, 1)
    services.move(SERVICE, lost=True, new=True)
    update = FakeServices.update

    def recorded(self: FakeServices, service: Service, change: ServiceChange) -> bool:
        changes.append((change, [task.state for task in service.of(IMAGE.digest) if task.is_wanted]))
        return update(self, service, change)

    monkeypatch.setattr(FakeServices, "update", recorded)
    STEP.apply(world)
    (lost,) = [task.id for task in service_of(world).tasks if task.lost]
    assert changes == [(ServiceChange(IMAGE.reference, {LOST_TASK: lost}), ["running"])]
    assert {task.digest for task in service_of(world).tasks if task.is_wanted} == {IMAGE.digest}


def pass_time(world: FakeWorld, seconds: float) -> None:
    """Let the swarm act for some time."""
    world.clock.sleep(seconds)
    service_of(world)

"""A host that can no longer be used after a deployment failed: nothing is said about what it serves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deploy.compose_stage import ComposeStage
from deploy.stage import UNHEALTHY, Stage
from deploy.swarm_stage import CRASHES, SwarmStage
from steps.deploy.scene import host_of

from shipit.engine.apply import Silent
from shipit.errors import ShipitError, UnsafeError
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.testing import FakeHost, FakeWorld

NO_ENGINE = Finding("engine", "there is no container engine on this machine", "start docker")
Begun = tuple[Stage, FakeWorld, FakeHost]


class Breaking(Silent):
    """An observer after whose first change a host can no longer be used."""

    def __init__(self, host: FakeHost) -> None:
        self._host = host

    def applying(self, step: Step) -> None:
        if step.kind in ("start-container", "update-service", "start-replicas"):
            self._host.problems[:] = [NO_ENGINE]


def blue_green() -> Begun:
    stage, world = Stage.of(), FakeWorld.new()
    stage.deployed(world, "1.0.0")
    stage.publish(world, "1.1.0", UNHEALTHY)
    return stage, world, host_of(world)


def swarm() -> Begun:
    stage = SwarmStage.of()
    world = stage.begun("1.0.0")
    stage.publish(world, "1.1.0", CRASHES)
    return stage, world, host_of(world)


def compose() -> Begun:
    stage = ComposeStage.of()
    world = stage.new_world()
    stage.deployed(world, "1.0.0")
    stage.publish_pair(world, "1.1.0", backend=UNHEALTHY)
    return stage, world, host_of(world)


@pytest.mark.parametrize("begin", [blue_green, swarm, compose])
def test_a_failure_on_a_host_that_can_no_longer_be_used_verifies_no_version(begin: Callable[[], Begun]) -> None:
    stage, world, host = begin()
    with pytest.raises(ShipitError) as raised:
        stage.deploy(world.next_run(), observer=Breaking(host))
    moved = f"no version could be verified to serve: {NO_ENGINE.what}. Nothing was removed"
    unmoved = f"no traffic was moved, but what serves now could not be checked: {NO_ENGINE.what}"
    assert raised.value.state == (moved if isinstance(raised.value, UnsafeError) else unmoved)
    host.problems.clear()
    with pytest.raises(ShipitError, match=r"1\.1\.0"):
        stage.deploy(world.next_run())
    assert {found.serving.version for found in stage.status(world.next_run()).hosts if found.serving} == {"1.0.0"}

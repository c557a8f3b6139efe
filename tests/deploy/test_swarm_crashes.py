"""Deployments to a service of a swarm, failing ones and rollbacks, killed before and after each of their writes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from deploy.stage import digest_of
from deploy.swarm_stage import CRASHES, FAILS_LATER, UNHEALTHY, SwarmStage, finished, state

from shipit.errors import DeployError, PreflightError
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world import World

STAGES = {
    "the settings of the service": SwarmStage.of(),
    "start-first": SwarmStage.of('order = "start-first"\nmonitor = "2s"'),
    "stop-first": SwarmStage.of('order = "stop-first"'),
}
all_stages = pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)


@all_stages
@pytest.mark.parametrize("pause", [0, 3, 60], ids=lambda seconds: f"{seconds} s later")
def test_a_killed_deployment_is_finished_by_running_it_again(stage: SwarmStage, pause: int) -> None:
    def new_world() -> FakeWorld:
        world = stage.begun("1.0.0", "1.1.0")
        stage.publish(world, "1.2.0")
        return world

    def deploy(world: World) -> None:
        world.clock.sleep(pause)  # the swarm goes on meanwhile
        stage.deploy(world)

    crashes = list(crash_matrix(new_world, deploy, state, FakeWorld.next_run))
    assert len(crashes) == 8
    for crash in crashes:
        assert crash.state == finished("1.2.0"), f"{crash.when} {crash.at} {crash.write}"


@all_stages
@pytest.mark.parametrize("app", [CRASHES, UNHEALTHY, FAILS_LATER], ids=["crashes", "unhealthy", "fails later"])
@pytest.mark.parametrize("on_failure", ["rollback", "pause"])
@pytest.mark.parametrize("pause", [0, 60], ids=lambda seconds: f"{seconds} s later")
def test_a_killed_return_to_the_old_version_is_finished_by_the_same_command(
    stage: SwarmStage, app: FakeApp, on_failure: str, pause: int
) -> None:
    def failing() -> FakeWorld:
        world = stage.begun("1.0.0", "1.1.0", on_failure=on_failure)
        stage.publish(world, "1.9.0", app)
        return world

    def deploy(world: World) -> None:
        world.clock.sleep(pause)
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            stage.deploy(world)

    crashes = list(crash_matrix(failing, deploy, state, FakeWorld.next_run))
    assert len(crashes) >= 8
    for crash in crashes:
        where = f"{crash.when} {crash.at} {crash.write}"
        assert crash.state | {"held": ()} == finished("1.1.0"), where


@all_stages
def test_a_killed_rollback_is_finished_by_running_it_again(stage: SwarmStage) -> None:
    def deployed() -> FakeWorld:
        return stage.begun("1.0.0", "1.1.0", "1.2.0")

    *crashes, after_all = crash_matrix(deployed, stage.rollback, state, FakeWorld.next_run)
    assert len(crashes) > 5
    for crash in crashes:
        assert crash.state == finished("1.1.0", "1.2.0"), f"{crash.when} {crash.at} {crash.write}"
    # This rollback was finished, so that the second one went back one more version.
    assert after_all.state["set"] == digest_of("1.0.0")

"""Deployments to a compose project, failing ones and rollbacks that are killed before and after each of their writes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from deploy.compose_stage import PROJECT, ComposeStage, digest_of, finished, state
from deploy.stage import UNHEALTHY

from shipit.errors import DeployError, PreflightError
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world import World

STAGE, DOWNTIME = ComposeStage.of(), ComposeStage.of("downtime = true")
FEWEST = 20  # writes of a deployment of two services, each with two moments


def new_world(*versions: str, **apps: FakeApp) -> FakeWorld:
    """Return a world in which all `versions` but the last are deployed, and the last is in the registry."""
    world = STAGE.new_world()
    *earlier, last = versions
    STAGE.deployed(world, *earlier)
    STAGE.publish_pair(world, last, **apps)
    return world


def state_of(world: FakeWorld) -> dict[str, object]:
    return state(world.hosts.at("local"))


@pytest.mark.parametrize("versions", [("1.0.0",), ("1.0.0", "1.1.0")], ids=len)
def test_a_killed_deployment_is_finished_by_running_it_again(versions: tuple[str, ...]) -> None:
    crashes = list(crash_matrix(lambda: new_world(*versions), STAGE.deploy, state_of, FakeWorld.next_run))
    assert len(crashes) > FEWEST
    wanted = finished(new_world(*versions), versions[-1])
    for crash in crashes:
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_deployment_in_place_is_finished_by_running_it_again() -> None:
    def in_place() -> FakeWorld:
        world = STAGE.new_world()
        services = world.hosts.at("local").compose.projects[PROJECT]
        services["backend"]["ports"] = [{"target": 8080, "published": "8080"}]
        DOWNTIME.deployed(world, "1.0.0")
        DOWNTIME.publish_pair(world, "1.1.0")
        return world

    crashes = list(crash_matrix(in_place, DOWNTIME.deploy, state_of, FakeWorld.next_run))
    assert len(crashes) > FEWEST
    wanted = finished(in_place(), "1.1.0")
    for crash in crashes:
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("app", [UNHEALTHY, FakeApp(fails=6), FakeApp(exits=2)], ids=["gate", "watched", "ends"])
@pytest.mark.parametrize("service", ["backend", "frontend"])
def test_a_killed_return_to_the_old_versions_is_finished_by_the_same_command(service: str, app: FakeApp) -> None:
    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            STAGE.deploy(world)

    crashes = list(
        crash_matrix(lambda: new_world("1.0.0", "1.1.0", **{service: app}), deploy, state_of, FakeWorld.next_run)
    )
    assert len(crashes) > 10
    wanted = finished(new_world("1.0.0", "1.1.0"), "1.0.0")
    for crash in crashes:
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"


def test_a_killed_rollback_is_finished_by_running_it_again() -> None:
    def deployed() -> FakeWorld:
        world = new_world("1.0.0", "1.1.0", "1.2.0")
        STAGE.deploy(world.next_run())
        return world

    *crashes, after_all = crash_matrix(deployed, STAGE.rollback, state_of, FakeWorld.next_run)
    assert len(crashes) > FEWEST
    wanted = finished(deployed(), "1.1.0", held=("1.2.0",))
    for crash in crashes:
        assert crash.state == wanted, f"{crash.when} {crash.at} {crash.write}"
    # This rollback was finished, so that the second one went back one more version.
    assert after_all.state == finished(deployed(), "1.0.0", held=("1.2.0", "1.1.0"))


def test_the_held_image_is_that_of_the_service_that_failed() -> None:
    world = new_world("1.0.0", "1.1.0", backend=FakeApp(fails=6))
    with pytest.raises(DeployError):
        STAGE.deploy(world.next_run())
    assert digest_of("frontend", "1.1.0") not in str(state_of(world))

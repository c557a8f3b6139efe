"""Deployments, failing deployments and rollbacks that are killed before and after each of their writes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from deploy.stage import FAILS_LATER, UNHEALTHY, Stage, digest_of, finished, state

from shipit.errors import DeployError, PreflightError
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world import World

STAGES = {
    "one host": Stage.of(),
    "two hosts": Stage.of('hosts = ["local", "ssh://deploy@two"]'),
    "secrets and migration": Stage.of(
        'secrets = { from = ["ssm:/shop/"], file = "/srv/shop/.env" }\nmigrate = ["app", "--migrate"]'
    ),
    "an old container that keeps running": Stage.of('container = { keep = "running" }'),
    "an upstream block": Stage.of(nginx=', style = "upstream"'),
    "nginx in a container": Stage.of('container = { network = "shop" }', nginx=', container = "proxy"'),
}
all_stages = pytest.mark.parametrize("name", STAGES)


def new_world(stage: Stage, *versions: str) -> FakeWorld:
    """Return a world in which all `versions` but the last are deployed, and the last is in the registry."""
    world = FakeWorld.new()
    world.secrets.put("ssm:/shop/", {"PASSWORD": "secret"})
    if stage is STAGES["nginx in a container"]:
        world.hosts.at("local").move_nginx_into_container("proxy")
    *earlier, last = versions
    stage.deployed(world, *earlier)
    stage.publish(world, last)
    return world


def states(stage: Stage) -> Callable[[FakeWorld], list[dict[str, object]]]:
    hosts = stage.config.environments["dev"].targets[0].hosts
    return lambda world: [state(world.hosts.at(address)) for address in hosts]


def wanted(stage: Stage, version: str, held: tuple[str, ...] = (), *, runs: bool = False) -> list[dict[str, object]]:
    hosts = stage.config.environments["dev"].targets[0].hosts
    return [finished(version, held) | {"other runs": runs}] * len(hosts)


@all_stages
@pytest.mark.parametrize("versions", [("1.0.0",), ("1.0.0", "1.1.0"), ("1.0.0", "1.1.0", "1.2.0")], ids=len)
def test_a_killed_deployment_is_finished_by_running_it_again(name: str, versions: tuple[str, ...]) -> None:
    stage = STAGES[name]
    keeps = name == "an old container that keeps running" and len(versions) > 1
    crashes = list(crash_matrix(lambda: new_world(stage, *versions), stage.deploy, states(stage), FakeWorld.next_run))
    assert len(crashes) > 10
    for crash in crashes:
        assert crash.state == wanted(stage, versions[-1], runs=keeps), f"{crash.when} {crash.at} {crash.write}"


@pytest.mark.parametrize("app", [UNHEALTHY, FAILS_LATER], ids=["before the switch", "after the switch"])
@pytest.mark.parametrize("name", ["one host", "two hosts", "an upstream block"])
def test_a_killed_return_to_the_old_version_is_finished_by_the_same_command(name: str, app: FakeApp) -> None:
    stage = STAGES[name]

    def failing() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0")
        world.hosts.apps[digest_of("1.1.0")] = app
        return world

    def deploy(world: World) -> None:
        with suppress(DeployError, PreflightError):  # the second run is refused if the first has held the version
            stage.deploy(world)

    crashes = list(crash_matrix(failing, deploy, states(stage), FakeWorld.next_run))
    assert len(crashes) > 5
    for crash in crashes:
        where = f"{crash.when} {crash.at} {crash.write}"
        for host in crash.state:
            assert host | {"held": ()} == finished("1.0.0"), where


@all_stages
def test_a_killed_rollback_is_finished_by_running_it_again(name: str) -> None:
    stage = STAGES[name]
    keeps = name == "an old container that keeps running"

    def deployed() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0", "1.2.0")
        stage.deploy(world.next_run())
        return world

    held = (digest_of("1.2.0"),)
    *crashes, after_all = crash_matrix(deployed, stage.rollback, states(stage), FakeWorld.next_run)
    for crash in crashes:
        assert crash.state == wanted(stage, "1.1.0", held, runs=keeps), f"{crash.when} {crash.at} {crash.write}"
    # This rollback was finished, so that the second one went back one more version.
    assert [host["serving"] for host in after_all.state] == ["1.0.0"] * len(after_all.state)


def test_a_killed_rollback_to_a_named_version_is_finished_by_running_it_again() -> None:
    stage = STAGES["one host"]

    def deployed() -> FakeWorld:
        world = new_world(stage, "1.0.0", "1.1.0", "1.2.0")
        stage.deploy(world.next_run())
        return world

    def rollback(world: World) -> None:
        stage.rollback(world, "1.0.0")

    held = (digest_of("1.2.0"),)
    crashes = list(crash_matrix(deployed, rollback, states(stage), FakeWorld.next_run))
    assert len(crashes) > 10
    for crash in crashes:
        assert crash.state == wanted(stage, "1.0.0", held), f"{crash.when} {crash.at} {crash.write}"

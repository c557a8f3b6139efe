"""The commands of the user in deployments to the services of a compose project, on hosts in memory."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from deploy.compose_stage import CONFIG, PROJECT, ComposeStage, digest_of, finished, state
from deploy.stage import undone

from shipit.config.load import parse_config
from shipit.errors import CommandError, DeployError
from shipit.testing import FakeApp, FakeWorld
from shipit.world.hosts import CommandResult

COMMANDS = 'services.backend = { migrate = ["migrate"], verify = ["./smoke.sh"],'
PORT = {"ports": [{"target": 8080, "published": "8080"}]}


def stage(target: str = "") -> ComposeStage:
    text = CONFIG.format(target=target, environment="").replace("services.backend = {", COMMANDS)
    return ComposeStage(parse_config(text))


def refuse(world: FakeWorld, version: str) -> None:
    """Let the command of the user fail for a version."""

    def smoke(files: object, env: Mapping[str, str]) -> None:
        if env["SHIPIT_VERSION"] == version:
            raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    world.process.effects["./smoke.sh"] = smoke


def test_the_commands_run_once_for_each_version() -> None:
    world, run = stage().new_world(), stage()
    run.deployed(world, "1.0.0")
    commands = world.hosts.at("local").containers.commands
    assert commands == [("migrate",)]
    run.deploy(world.next_run())
    assert (commands, undone(run.plan(world.next_run()), world)) == ([("migrate",)], [])
    run.deployed(world, "1.1.0")
    assert commands == [("migrate",)] * 2
    assert state(world.hosts.at("local")) == finished(world, "1.1.0")


def test_a_migration_that_fails_starts_no_container() -> None:
    world, run = stage().new_world(), stage()
    run.deployed(world, "1.0.0")
    failing = FakeApp(commands={("migrate",): CommandResult(3, "no such table")})
    run.publish_pair(world, "1.1.0", backend=failing)
    before = world.hosts.at("local").compose.running(PROJECT, "backend")
    with pytest.raises(DeployError, match="`migrate` failed with status 3") as raised:
        run.deploy(world.next_run())
    assert "this was verified" in (raised.value.state or "")
    assert world.hosts.at("local").compose.running(PROJECT, "backend") == before
    assert state(world.hosts.at("local")) == finished(world, "1.0.0")


@pytest.mark.parametrize("downtime", [False, True])
def test_a_version_that_a_command_refuses_goes_back_and_no_command_runs_for_the_earlier_one(downtime: bool) -> None:
    run = stage("downtime = true" if downtime else "")
    world = run.new_world()
    host = world.hosts.at("local")
    if downtime:
        host.compose.projects[PROJECT]["backend"] |= PORT
    run.deployed(world, "1.0.0")
    run.publish_pair(world, "1.1.0")
    refuse(world, "1.1.0")
    with pytest.raises(DeployError, match="did not pass"):
        run.deploy(world.next_run())
    wanted = finished(world, "1.0.0")
    if downtime:  # users reached it
        wanted["backend"] = {**wanted["backend"], "held": (digest_of("backend", "1.1.0"),)}  # type: ignore[dict-item]
    assert state(host) == wanted
    assert host.containers.commands == [("migrate",)] * 2


def test_with_several_hosts_the_migration_runs_on_the_first() -> None:
    run = stage('hosts = ["local", "ssh://deploy@two"]')
    world = run.new_world()
    other = world.hosts.at("ssh://deploy@two")
    other.compose.projects[PROJECT] = dict(world.hosts.at("local").compose.projects[PROJECT])
    other.compose.up(PROJECT)
    run.deployed(world, "1.0.0")
    assert (world.hosts.at("local").containers.commands, other.containers.commands) == ([("migrate",)], [])

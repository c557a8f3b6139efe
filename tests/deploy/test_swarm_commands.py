"""The commands of the user in a deployment to a swarm, in memory: `migrate` and `verify`."""

from __future__ import annotations

from typing import Any

import pytest
from deploy.swarm_stage import SwarmStage, finished, service_of, state
from steps.deploy.scene import host_of

from shipit.errors import CommandError, DeployError
from shipit.testing import FakeApp, FakeWorld, crash_matrix
from shipit.world.hosts import CommandResult

MIGRATE = ("app", "--migrate")
STAGE = SwarmStage.of('migrate = ["app", "--migrate"]\nverify = ["./smoke.sh"]')
KINDS = [
    "record-event",
    "run-service-job",
    "update-service",
    "await-update",
    "verify-rollout",
    "confirm-service",
]


def commands(world: FakeWorld) -> list[tuple[str, ...]]:
    return host_of(world).services.commands


def checks(world: FakeWorld) -> list[str]:
    """Return the versions that the command `./smoke.sh` was run for, from now on."""
    found: list[str] = []
    world.process.effects["./smoke.sh"] = lambda files, env: found.append(env["SHIPIT_VERSION"])
    return found


def test_a_migration_runs_before_the_update_and_the_checks_after_it() -> None:
    world = STAGE.begun("1.0.0")
    STAGE.publish(world, "1.1.0")
    found = checks(world)
    assert [step.kind for step in STAGE.plan(world.next_run()).steps] == KINDS
    STAGE.deploy(world.next_run())
    assert (commands(world), found) == ([MIGRATE], ["1.1.0"])
    STAGE.deploy(world.next_run())
    assert (commands(world), found) == ([MIGRATE], ["1.1.0"])


def test_a_service_that_runs_the_wanted_image_already_needs_no_migration() -> None:
    assert commands(STAGE.begun("1.0.0")) == []


def test_a_migration_that_fails_changes_no_task_and_holds_no_version() -> None:
    world = STAGE.begun("1.0.0")
    STAGE.publish(world, "1.1.0", FakeApp(commands={MIGRATE: CommandResult(1, "no such table")}))
    before = [task.id for task in service_of(world).tasks]
    with pytest.raises(DeployError, match="`app --migrate` failed") as raised:
        STAGE.deploy(world.next_run())
    assert raised.value.tail == "no such table"
    assert "serves, as before; this was verified" in (raised.value.state or "")
    assert [task.id for task in service_of(world).tasks] == before
    assert state(world) == finished("1.0.0")


def test_a_check_that_fails_brings_the_earlier_version_back_and_holds_the_new_one() -> None:
    world = STAGE.begun("1.0.0")
    STAGE.publish(world, "1.1.0")

    def smoke(files: Any, env: Any) -> None:
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    world.process.effects["./smoke.sh"] = smoke
    with pytest.raises(DeployError, match="did not pass"):
        STAGE.deploy(world.next_run())
    assert state(world) == finished("1.0.0", "1.1.0")


def test_a_rollback_runs_no_migration_and_no_check() -> None:
    world = STAGE.begun("1.0.0", "1.1.0")
    found, before = checks(world), len(commands(world))
    STAGE.rollback(world.next_run())
    assert (len(commands(world)), found) == (before, [])


def test_a_killed_deployment_is_finished_and_its_migration_runs_once() -> None:
    def deployed(world: FakeWorld) -> dict[str, object]:
        return state(world) | {"migrations": len(commands(world))}

    def new_world() -> FakeWorld:
        world = STAGE.begun("1.0.0")
        STAGE.publish(world, "1.1.0")
        return world

    crashes = list(crash_matrix(new_world, STAGE.deploy, deployed, FakeWorld.next_run))
    assert len(crashes) == 12
    for crash in crashes:
        assert crash.state == finished("1.1.0") | {"migrations": 1}, f"{crash.when} {crash.at} {crash.write}"

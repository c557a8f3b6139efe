"""The step `migrate`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, HOST, SPEC, host_of, pulled
from steps.samples import Sample

from shipit.errors import CommandError, DeployError
from shipit.steps.base import Step, Todo
from shipit.steps.deploy import Migrate
from shipit.testing import FakeApp
from shipit.world.hosts import CommandResult

COMMAND = ("app", "--migrate")
ONCE = replace(SPEC, name="shop-migrate", slot="migrate", host_port=0, command=COMMAND, env={"MODE": "prod"})


def migrate(clone: Clone) -> Step:
    pulled(clone)
    return Migrate(HOST, ONCE, 60)


SAMPLE = Sample(migrate, hosts=True)


def test_the_command_gets_the_variables_of_the_app(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    Migrate(HOST, ONCE, 60).apply(world)
    containers = host_of(world).containers
    assert (containers.commands, containers.environments["shop-migrate"]) == ([COMMAND], {"MODE": "prod"})


def test_a_new_process_runs_the_command_again(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    step = Migrate(HOST, ONCE, 60)
    step.apply(world)
    assert isinstance(step.check(world.next_run()), Todo)


def test_a_command_that_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    world.hosts.apps[DIGEST] = FakeApp(commands={COMMAND: CommandResult(3, "no such table")})
    with pytest.raises(DeployError, match="`app --migrate` failed with status 3") as raised:
        Migrate(HOST, ONCE, 60).apply(world)
    assert raised.value.tail == "no such table"


def test_a_command_that_does_not_end_is_stopped_at_its_limit(tmp_path: Path) -> None:
    world = pulled(in_memory(tmp_path))
    world.hosts.apps[DIGEST] = FakeApp(exits=1000)
    with pytest.raises(CommandError, match="within 60 seconds"):
        Migrate(HOST, ONCE, 60).apply(world)

"""The step `migrate-service`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.compose.scene import LOCK, NEW, OLD, REPLICAS, pinned, versions
from steps.deploy.scene import host_of
from steps.samples import Sample

from shipit.errors import CommandError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.compose import MigrateService, StartReplicas
from shipit.testing import FakeApp
from shipit.world.hosts import CommandResult

COMMAND = ("app", "--migrate")
STEP = MigrateService(REPLICAS, COMMAND, 60)


def migrate_service(clone: Clone) -> Step:
    pinned(clone)
    return STEP


SAMPLE = Sample(migrate_service, hosts=True)


def test_the_command_runs_before_a_container_is_started(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path))
    STEP.apply(world)
    assert host_of(world).containers.commands == [COMMAND]
    assert versions(world) == [OLD.version]


def test_a_new_process_runs_the_command_again_until_the_new_container_is_started(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path))
    STEP.apply(world)
    assert isinstance(STEP.check(world.next_run()), Todo)
    StartReplicas(REPLICAS, LOCK).apply(world)
    assert isinstance(STEP.check(world.next_run()), Done)


def test_a_command_that_fails_is_shown_with_its_output(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path), FakeApp(commands={COMMAND: CommandResult(3, "no such table")}))
    with pytest.raises(DeployError, match="`app --migrate` failed with status 3") as raised:
        STEP.apply(world)
    assert raised.value.tail == "no such table"


def test_a_command_that_does_not_end_is_removed(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path))
    containers = host_of(world).containers
    run = containers.connect(lambda: None)

    def hang(*words: str) -> CommandResult:
        run.run_tag("shop-web-migrate", NEW.reference)
        return CommandResult(124, "it did not end within 60 seconds")

    host_of(world).compose.execute = hang  # type: ignore[method-assign, assignment]
    with pytest.raises(CommandError, match="within 60 seconds"):
        STEP.apply(world)
    assert "shop-web-migrate" not in containers.names()

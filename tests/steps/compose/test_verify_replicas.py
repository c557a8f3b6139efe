"""The step `verify-replicas`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contracts.clones import Clone, in_memory
from steps.compose.scene import REPLICAS, containers, healthy
from steps.deploy.scene import RECORD
from steps.samples import Sample

from shipit.errors import CommandError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.compose import ConfirmReplicas, RemoveReplicas, VerifyReplicas

STEP = VerifyReplicas(REPLICAS, "./smoke.sh", 60, RECORD)


def verify_replicas(clone: Clone) -> Step:
    healthy(clone)
    return STEP


SAMPLE = Sample(verify_replicas, hosts=True)


def test_the_command_gets_the_address_and_the_version_of_the_new_container(tmp_path: Path) -> None:
    world, seen = healthy(in_memory(tmp_path)), {}
    (new,) = (each for each in containers(world) if each.name.endswith("-2"))

    def smoke(files: Any, env: Any) -> None:
        seen.update(env)

    world.process.effects["./smoke.sh"] = smoke
    STEP.apply(world)
    assert seen == {"SHIPIT_URL": f"http://{new.address}:8080", "SHIPIT_VERSION": "1.1.0"}


def test_a_command_that_fails_means_that_the_version_is_not_healthy(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))

    def smoke(files: Any, env: Any) -> None:
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    world.process.effects["./smoke.sh"] = smoke
    with pytest.raises(DeployError, match="did not pass") as raised:
        STEP.apply(world)
    assert raised.value.tail == "no cart"


def test_a_container_that_was_recorded_as_verified_is_not_verified_again(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    STEP.apply(world)
    assert isinstance(STEP.check(world.next_run()), Todo)
    RemoveReplicas(REPLICAS, 10).apply(world)
    ConfirmReplicas(REPLICAS, "shop", RECORD).apply(world)
    assert isinstance(STEP.check(world.next_run()), Done)

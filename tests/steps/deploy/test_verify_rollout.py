"""The step `verify-rollout`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import IMAGE
from steps.kubernetes.scene import NAMESPACE, patched
from steps.samples import Sample

from shipit.errors import CommandError, DeployError
from shipit.steps.base import Step
from shipit.steps.deploy import VerifyRollout

STEP = VerifyRollout(NAMESPACE, IMAGE, "./smoke.sh", 60, "https://shop.example")


def verify_rollout(clone: Clone) -> Step:
    patched(clone)
    return STEP


SAMPLE = Sample(verify_rollout, hosts=True)


def test_the_command_gets_the_public_address_and_the_version(tmp_path: Path) -> None:
    world, seen = patched(in_memory(tmp_path)), {}

    def smoke(files: Any, env: Any) -> None:
        seen.update(env)

    world.process.effects["./smoke.sh"] = smoke
    STEP.apply(world)
    assert seen == {"SHIPIT_URL": "https://shop.example", "SHIPIT_VERSION": "1.1.0"}


def test_a_command_that_fails_means_that_the_version_failed(tmp_path: Path) -> None:
    world = patched(in_memory(tmp_path))

    def smoke(files: Any, env: Any) -> None:
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    world.process.effects["./smoke.sh"] = smoke
    with pytest.raises(DeployError, match="did not pass") as raised:
        STEP.apply(world)
    assert raised.value.tail == "no cart"

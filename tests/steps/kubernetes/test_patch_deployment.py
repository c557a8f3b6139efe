"""The step `patch-deployment`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import EARLIER, IMAGE
from steps.kubernetes.scene import NAMESPACE, applied, cluster_of, remove_the_deployment, set_another_image, web
from steps.samples import Sample

from shipit.errors import ConflictError
from shipit.steps.base import Step
from shipit.steps.kubernetes import PatchDeployment

STEP = PatchDeployment(NAMESPACE, "web", "web", IMAGE, EARLIER.reference, "run 7")


def patch_deployment(clone: Clone) -> Step:
    applied(clone)
    return STEP


SAMPLE = Sample(patch_deployment, (remove_the_deployment, set_another_image), hosts=True)


def test_other_containers_keep_their_image_and_the_history_shows_the_cause(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    web(world).images["log"] = "acme/log:1"
    STEP.apply(world)
    assert web(world).images == {"web": IMAGE.reference, "log": "acme/log:1"}
    assert web(world).causes == ["shipit: 1.1.0, run 7"]


def test_a_change_of_another_program_meanwhile_is_observed_again(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    cluster_of(world).conflicts = [None] * 2
    STEP.apply(world)
    assert web(world).images == {"web": IMAGE.reference}


def test_a_deployment_that_is_changed_again_and_again_is_a_conflict(tmp_path: Path) -> None:
    world = applied(in_memory(tmp_path))
    cluster_of(world).conflicts = [None] * 10
    with pytest.raises(ConflictError, match="again and again"):
        STEP.apply(world)
    assert web(world).images == {"web": EARLIER.reference}

"""The step `approve-deployment`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.ecs.scene import ADDRESS, CHANGE, deploy_another_image, in_stages, remove_the_service, service_of
from steps.samples import Sample

from shipit.errors import RemoteError
from shipit.steps.base import Done, Step
from shipit.steps.ecs import ApproveDeployment, AwaitDeployment, Paused
from shipit.testing import FakeWorld

PAUSES = ("POST_SCALE_UP", "POST_PRODUCTION_TRAFFIC_SHIFT")
STEP = ApproveDeployment(ADDRESS, CHANGE, ("ecs-pause-POST_SCALE_UP",))
AWAIT = AwaitDeployment(ADDRESS, CHANGE, within=600)


def waiting(clone: Clone) -> FakeWorld:
    world = in_stages(clone, pauses=PAUSES)
    with pytest.raises(Paused, match="it is paused in stage `POST_SCALE_UP`"):
        AWAIT.apply(world)
    return world


def approve_deployment(clone: Clone) -> Step:
    waiting(clone)
    return STEP


SAMPLE = Sample(approve_deployment, (remove_the_service, deploy_another_image), hosts=True)


def test_a_later_pause_of_the_same_deployment_is_not_approved(tmp_path: Path) -> None:
    world = waiting(in_memory(tmp_path))
    STEP.apply(world)
    with pytest.raises(Paused, match="it is paused in stage `POST_PRODUCTION_TRAFFIC_SHIFT`"):
        AWAIT.apply(world)
    assert STEP.check(world) == Done()


def test_an_approval_that_has_no_effect_is_said(tmp_path: Path) -> None:
    world = waiting(in_memory(tmp_path))
    service_of(world).proceed = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match="still paused"):
        STEP.apply(world)

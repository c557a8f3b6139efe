"""The step `pull-image`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, IMAGE, fake
from steps.samples import Sample

from shipit.core.deploy import DeployedImage
from shipit.errors import AuthError, RemoteError
from shipit.steps.base import Step
from shipit.steps.deploy import PullImage
from shipit.steps.registry import STEPS


def pull_image(clone: Clone) -> Step:
    fake(clone)
    return PullImage(HOST, IMAGE)


SAMPLE = Sample(pull_image, hosts=True)


def test_an_image_that_the_registry_does_not_have_is_an_error(tmp_path: Path) -> None:
    step = PullImage(HOST, DeployedImage(IMAGE.name, "sha256:" + "9" * 64, "9.0.0"))
    with pytest.raises(RemoteError, match="sha256:999"):
        step.apply(fake(in_memory(tmp_path)))


def test_a_refused_login_is_an_error_of_authorization(tmp_path: Path) -> None:
    world = fake(in_memory(tmp_path))
    world.registry.refusals.add(IMAGE.name)
    with pytest.raises(AuthError):
        STEPS["pull-image"](HOST, IMAGE).apply(world)

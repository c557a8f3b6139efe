"""The step `resume-container`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.deploy.scene import HOST, SPEC, host_of, started
from steps.samples import Sample

from shipit.core.deploy import HealthCheck
from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.blue_green import ResumeContainer
from shipit.testing import FakeApp


def resume_container(clone: Clone) -> Step:
    host_of(started(clone)).containers.stop(SPEC.name, seconds=1)
    return ResumeContainer(HOST, SPEC.name, SPEC.host_port, HealthCheck("/health", {"status": "UP"}, within=20))


SAMPLE = Sample(resume_container, hosts=True)


def resumed(path: Path, app: FakeApp) -> float:
    """Return the seconds that the step takes for an app."""
    world = started(in_memory(path), app)
    host_of(world).containers.stop(SPEC.name, seconds=1)
    before = world.clock.elapsed()
    ResumeContainer(HOST, SPEC.name, SPEC.host_port, HealthCheck("/health", {"status": "UP"}, within=20)).apply(world)
    return world.clock.elapsed() - before


def test_a_container_gets_no_traffic_before_it_is_healthy_again(tmp_path: Path) -> None:
    assert resumed(tmp_path, FakeApp(ready=10)) >= 10


def test_a_container_that_is_never_healthy_again_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="shop-green on this machine is not healthy after its start"):
        resumed(tmp_path, FakeApp(listens=None))

"""The step `recreate-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import LOCK, NEW, REPLICAS, beside, containers, pinned, versions
from steps.deploy.scene import RECORD, host_of
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.compose import RecreateReplicas
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp

STEP = RecreateReplicas(REPLICAS, LOCK, 10, RECORD, "run 7")


def recreate_replicas(clone: Clone) -> Step:
    pinned(clone)
    return STEP


SAMPLE = Sample(recreate_replicas, hosts=True)


def test_the_time_without_an_answer_is_recorded(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path), FakeApp(ready=3))
    STEP.apply(world)
    assert versions(world) == ["1.1.0"]
    assert float(read_record(host_of(world), RECORD).gap.removesuffix(" s")) >= 3


def test_the_plan_says_the_time_of_the_last_deployment() -> None:
    assert "as long as the app takes" in STEP.summary
    assert "last time 3.1 s" in replace(STEP, last="3.1 s").summary


def test_a_container_that_an_interrupted_run_left_is_removed(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    assert isinstance(STEP.check(world), Todo)
    STEP.apply(world)
    assert (versions(world), len(containers(world))) == (["1.1.0"], 1)
    assert isinstance(STEP.check(world), Done)


@pytest.mark.parametrize("app", [FakeApp(listens=None, exits=1), FakeApp(ready=1000)])
def test_an_app_that_never_answers_has_no_time(tmp_path: Path, app: FakeApp) -> None:
    world = pinned(in_memory(tmp_path), app)
    STEP.apply(world)
    assert read_record(host_of(world), RECORD).gap == ""


def test_the_reason_of_compose_is_shown(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path))
    world.hosts.apps[NEW.digest] = FakeApp(start_error="the port is already allocated")
    with pytest.raises(DeployError, match="the port is already allocated"):
        STEP.apply(world)

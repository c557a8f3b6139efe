"""The step `start-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import LOCK, NEW, REPLICAS, SERVICE, beside, containers, pinned, versions
from steps.deploy.scene import host_of
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.compose import StartReplicas
from shipit.testing import FakeApp

STEP = StartReplicas(REPLICAS, LOCK)


def start_replicas(clone: Clone) -> Step:
    pinned(clone)
    return STEP


SAMPLE = Sample(start_replicas, hosts=True)


def test_the_new_container_runs_beside_the_old_one(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    assert sorted(versions(world)) == ["1.0.0", "1.1.0"]
    assert versions(world, "db") == ["1.0.0"]


def test_a_container_that_an_interrupted_run_started_counts(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    before = containers(world)
    STEP.apply(world)
    assert containers(world) == before


def test_containers_that_do_not_run_are_removed_first(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    for each in containers(world):
        host_of(world).containers.stop(each.id, seconds=1)
    assert isinstance(STEP.check(world), Todo)
    STEP.apply(world)
    assert (versions(world), len(containers(world))) == (["1.1.0"], 1)


def test_several_replicas_are_started_beside_those_that_run(tmp_path: Path) -> None:
    world = beside(in_memory(tmp_path))
    three = replace(STEP, replicas=replace(REPLICAS, service=replace(SERVICE, replicas=3)))
    three.apply(world)
    assert sorted(versions(world)) == ["1.0.0", "1.1.0", "1.1.0", "1.1.0"]
    assert isinstance(three.check(world), Done)


def test_the_reason_of_compose_is_shown(tmp_path: Path) -> None:
    world = pinned(in_memory(tmp_path))
    world.hosts.apps[NEW.digest] = FakeApp(start_error="no space left on device")
    with pytest.raises(DeployError, match="no space left on device"):
        STEP.apply(world)

"""The step `remove-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.compose.scene import REPLICAS, containers, healthy, versions
from steps.deploy.scene import host_of
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Step
from shipit.steps.compose import RemoveReplicas

STEP = RemoveReplicas(REPLICAS, 10)


def remove_replicas(clone: Clone) -> Step:
    healthy(clone)
    return STEP


SAMPLE = Sample(remove_replicas, hosts=True)


def test_only_the_new_container_of_the_service_stays(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    STEP.apply(world)
    assert (versions(world), len(containers(world))) == (["1.1.0"], 1)
    assert versions(world, "db") == ["1.0.0"]


def test_the_old_container_is_not_removed_when_the_new_one_does_not_run(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    (new,) = [each for each in containers(world) if each.name.endswith("-2")]
    host_of(world).containers.stop(new.id, seconds=1)
    with pytest.raises(DeployError, match="only 0 of 1 containers of web on this machine run"):
        STEP.apply(world)
    assert versions(world) == ["1.0.0"]


def test_on_the_way_back_the_containers_to_keep_are_named(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    (old,) = [each for each in containers(world) if each.name.endswith("-1")]
    replace(STEP, keep=(old.id,)).apply(world)
    assert [each.id for each in containers(world)] == [old.id]

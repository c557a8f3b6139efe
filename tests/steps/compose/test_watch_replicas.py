"""The step `watch-replicas`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from steps.compose.scene import REPLICAS, healthy
from steps.samples import Sample

from shipit.errors import DeployError
from shipit.steps.base import Done, Step
from shipit.steps.compose import RemoveReplicas, WatchReplicas
from shipit.testing import FakeApp

STEP = WatchReplicas(REPLICAS, 15)


def watch_replicas(clone: Clone) -> Step:
    healthy(clone)
    return STEP


SAMPLE = Sample(watch_replicas, hosts=True)


def test_it_watches_until_the_end_of_the_time(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    start = world.clock.elapsed()
    STEP.apply(world)
    assert world.clock.elapsed() - start == 15


@pytest.mark.parametrize(("app", "reason"), [(FakeApp(fails=8), "answered 503"), (FakeApp(exits=8), "was restarted")])
def test_a_container_that_fails_meanwhile_is_a_failure(tmp_path: Path, app: FakeApp, reason: str) -> None:
    world = healthy(in_memory(tmp_path), app)
    with pytest.raises(DeployError, match=reason):
        STEP.apply(world)


def test_a_single_bad_answer_is_none(tmp_path: Path) -> None:
    STEP.apply(healthy(in_memory(tmp_path), FakeApp(fails=8, recovers=9.5)))


def test_without_an_old_container_there_is_nothing_to_watch(tmp_path: Path) -> None:
    world = healthy(in_memory(tmp_path))
    RemoveReplicas(REPLICAS, 10).apply(world)
    assert isinstance(STEP.check(world), Done)

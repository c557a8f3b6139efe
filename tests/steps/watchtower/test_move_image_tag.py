"""The step `move-image-tag`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.samples import Sample
from steps.watchtower.watched import NEW, OLD, TAG, push, watched

from shipit.errors import ConflictError
from shipit.steps.base import Done, Step
from shipit.steps.watchtower import MoveImageTag
from shipit.testing import FakeWorld

STEP = MoveImageTag(TAG, NEW)


def move(clone: Clone) -> Step:
    watched(clone)
    return STEP


def push_a_newer_release(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    push(clone.world, replace(NEW, digest=f"sha256:{3:064d}", version="1.2.0"), TAG)


SAMPLE = Sample(move, (push_a_newer_release,), hosts=True)


def test_it_moves_the_tag(tmp_path: Path) -> None:
    world = watched(in_memory(tmp_path))
    STEP.apply(world)
    assert world.registry.tags[TAG] == NEW.digest


def test_only_a_rollback_moves_it_back(tmp_path: Path) -> None:
    world = watched(in_memory(tmp_path))
    STEP.apply(world)
    with pytest.raises(ConflictError, match="newer image than") as raised:
        MoveImageTag(TAG, OLD, environment="prod").check(world)
    assert raised.value.hint == f"to go back on purpose: shipit rollback prod {OLD.version}"
    back = MoveImageTag(TAG, OLD, back=True)
    assert back.check(world) != Done()
    back.apply(world)
    assert world.registry.tags[TAG] == OLD.digest

"""Two runs that move the same floating tag: it ends on the highest release."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import TAG, Sample

from shipit.steps.base import Done, Step
from shipit.steps.repository import MoveTag
from shipit.testing import FakeWorld


def move_tag(clone: Clone) -> Step:
    for name in ("v1.0.0", "v1", TAG):
        clone.commit(f"fix: {name}")
        clone.tag(name)
    clone.push("v1.0.0", "v1", TAG)
    return MoveTag("v1", TAG, "v{version}")


SAMPLE = Sample(move_tag)


def test_a_higher_release_made_at_the_same_moment_keeps_the_floating_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld.new()
    released(world, "v1.0.0")
    other = world.fresh_clone()
    real = world.git.move_tag

    def overtaken(name: str, commit: str) -> None:
        if "v1.1.0" not in world.remote.tags:
            released(other, "v1.1.0")
            other.git.move_tag(name, str(other.git.head()))
        real(name, commit)

    monkeypatch.setattr(world.git, "move_tag", overtaken)
    step = MoveTag("v1", "v1.0.0", "v{version}")
    step.apply(world)
    refs = world.remote.refs
    assert refs.tags["v1"] == refs.tags["v1.1.0"]
    assert isinstance(step.check(world), Done)


def released(world: FakeWorld, tag: str) -> None:
    world.commit(f"chore(release): {tag}")
    world.git.tag(tag)
    world.push(tag)

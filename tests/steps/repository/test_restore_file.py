"""The sample of `restore-file`, and tests that it restores only what shipit wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, Real, over_a_bare_repository
from steps.samples import Sample, planned

from shipit.steps.base import Done, Step
from shipit.steps.repository import RestoreFile, text_digest
from shipit.testing import FakeWorld


def restore_file(clone: Clone) -> Step:
    planned(clone)
    clone.world.files.write("VERSION", "1.1.0")
    return RestoreFile("VERSION", (text_digest("1.1.0"),))


SAMPLE = Sample(restore_file)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld.new({"VERSION": "1.0.0"})


def test_a_new_file_is_removed(world: FakeWorld) -> None:
    world.files.write("CHANGELOG.md", "# 1.1.0")
    step = RestoreFile("CHANGELOG.md", (text_digest("# 1.1.0"),))
    assert step.undo(world) == "rm CHANGELOG.md"
    step.apply(world)
    assert world.files.read("CHANGELOG.md") is None


def test_a_file_that_somebody_else_changed_is_kept(world: FakeWorld) -> None:
    world.files.edit("VERSION", "1.1.0\nmore")
    step = RestoreFile("VERSION", (text_digest("1.1.0"),))
    assert step.check(world) == Done()
    step.apply(world)
    assert world.files.read("VERSION") == "1.1.0\nmore"
    assert step.undo(world) == "git checkout HEAD -- VERSION"


def test_a_file_that_is_committed_is_not_touched(world: FakeWorld) -> None:
    world.commit("chore(release): 1.1.0", {"VERSION": "1.1.0"})
    step = RestoreFile("VERSION", (text_digest("1.1.0"),))
    assert (step.check(world), step.undo(world)) == (Done(), None)


def test_a_damaged_head_leads_to_no_advice_to_remove_a_tracked_file(tmp_path: Path) -> None:
    clone = over_a_bare_repository(tmp_path)
    assert isinstance(clone, Real)
    planned(clone)
    step = RestoreFile("VERSION", ())
    clone.edit("VERSION", "1.1.0")
    assert step.undo(clone.world) == "git checkout HEAD -- VERSION"
    (clone.root / ".git/HEAD").write_text("ref: refs/heads/none\n")
    assert step.undo(clone.world) is None

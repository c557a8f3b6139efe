"""The sample of `create-tag`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import NOTES, SUBJECT, TAG, Sample, committed

from shipit.core.commits.text.release_message import release_message
from shipit.errors import ConflictError
from shipit.steps.base import Step
from shipit.steps.repository import CreateTag, ReleaseCommit
from shipit.testing import FakeWorld


def create_tag(clone: Clone) -> Step:
    return CreateTag(TAG, release_message(SUBJECT, NOTES), committed(clone))


SAMPLE = Sample(create_tag)


def test_the_hint_for_a_taken_tag_has_the_option_that_several_packages_need() -> None:
    world = FakeWorld.new({"VERSION": "1"})
    world.git.tag(TAG)
    step = CreateTag(TAG, "notes", ReleaseCommit("b" * 40, SUBJECT, "other"))
    with pytest.raises(ConflictError) as raised:
        step.check(world)
    assert "shipit release --version X.Y.Z (with several packages, add `--package NAME`)" in str(raised.value.hint)

"""The sample of `push`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import TAG, Sample, push_meanwhile, push_the_tag, tagged

from shipit.errors import ConflictError
from shipit.steps.base import Step
from shipit.steps.repository import Push, require_tag_free
from shipit.world import RemoteRefs


def push(clone: Clone) -> Step:
    commit = tagged(clone)
    return Push(commit, "main", commit.parent, (TAG,))


SAMPLE = Sample(push, (push_meanwhile, push_the_tag))


def test_the_hint_for_a_taken_tag_has_the_option_that_several_packages_need() -> None:
    with pytest.raises(ConflictError) as raised:
        require_tag_free(TAG, "a" * 40, RemoteRefs(tags={TAG: "b" * 40}))
    assert "shipit release --version X.Y.Z (with several packages, add `--package NAME`)" in str(raised.value.hint)

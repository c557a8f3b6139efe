"""The sample of `push`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, push_meanwhile, push_the_tag, tagged

from shipit.steps import Push
from shipit.steps.base import Step


def push(clone: Clone) -> Step:
    commit = tagged(clone)
    return Push(commit, "main", commit.parent, (TAG,))


SAMPLE = Sample(push, (push_meanwhile, push_the_tag))

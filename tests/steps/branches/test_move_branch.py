"""The sample of `move-branch`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.branches.test_back_merge import released
from steps.branches.test_promote_branch import push_to_the_branch_meanwhile
from steps.samples import TAG, Sample

from shipit.steps.base import Step
from shipit.steps.branches import MoveBranch


def move_branch(clone: Clone) -> Step:
    step, tip = released(clone, "prod")
    return MoveBranch("prod", TAG, step.commit, "main", tip, forwards=False)


SAMPLE = Sample(move_branch, (push_to_the_branch_meanwhile,))

"""The sample of `promote-branch`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.branches.test_back_merge import released
from steps.samples import TAG, Sample

from shipit.steps.base import Step
from shipit.steps.branches import PromoteBranch


def promote_branch(clone: Clone) -> Step:
    step, tip = released(clone, "prod")
    return PromoteBranch("prod", TAG, step.commit.require(clone.world), "main", tip, forwards=False)


def push_to_the_branch_meanwhile(clone: Clone) -> None:
    other = clone.another()
    other.check_out("prod", str(other.git.tracked("prod")))
    other.commit("fix: meanwhile", {"meanwhile.txt": "there"})
    other.push()


SAMPLE = Sample(promote_branch, (push_to_the_branch_meanwhile,))

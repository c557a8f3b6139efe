"""The sample of `auto-merge`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.branches.test_propose_release import BRANCH
from steps.forge.test_open_pull_request import open_pull_request
from steps.samples import Sample

from shipit.steps.base import Step
from shipit.steps.forge import AutoMerge


def auto_merge(clone: Clone) -> Step:
    open_pull_request(clone).apply(clone.world)
    return AutoMerge(BRANCH, "main", "squash")


SAMPLE = Sample(auto_merge, local_forge=False)

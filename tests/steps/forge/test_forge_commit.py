"""The sample of `forge-commit`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, Sample, planned, push_meanwhile

from shipit.steps.base import Step
from shipit.steps.forge import ForgeCommit


def forge_commit(clone: Clone) -> Step:
    commit = planned(clone)
    clone.files.write("VERSION", "1.1.0")
    return ForgeCommit(commit, "main", NOTES, ("VERSION",))


SAMPLE = Sample(forge_commit, (push_meanwhile,), local_forge=False)

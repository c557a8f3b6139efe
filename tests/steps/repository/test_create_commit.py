"""The sample of `create-commit`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, Sample, commit_meanwhile, planned

from shipit.steps.base import Step
from shipit.steps.repository import CreateCommit


def create_commit(clone: Clone) -> Step:
    commit = planned(clone)
    clone.files.write("VERSION", "1.1.0")
    return CreateCommit(commit, NOTES, ("VERSION",), "bot <bot@example.org>")


SAMPLE = Sample(create_commit, (commit_meanwhile,))

"""The sample of `back-merge`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, SUBJECT, TAG, Sample, planned

from shipit.core.commits.text.release_message import release_message
from shipit.steps.base import Step
from shipit.steps.branches import BackMerge


def released(clone: Clone, branch: str) -> tuple[BackMerge, str]:
    """Push a release, and a commit to `branch` that the release does not have; return the step and that commit."""
    commit = planned(clone)
    made = clone.commit(release_message(SUBJECT, NOTES), {"VERSION": "1.1.0"})
    clone.git.create_tag(TAG, made, release_message(SUBJECT, NOTES))
    clone.push(TAG)
    other = clone.another()
    other.check_out(branch, commit.parent)
    tip = other.commit("feat: filters", {"filters.txt": "1"})
    other.push()
    clone.git.fetch()
    return BackMerge(branch, TAG, commit, "main", forwards=False), tip


def back_merge(clone: Clone) -> Step:
    return released(clone, "dev")[0]


SAMPLE = Sample(back_merge)

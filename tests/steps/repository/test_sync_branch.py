"""The sample of `sync-branch`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from functools import partial

from contracts.clones import Clone
from steps.samples import SUBJECT, TAG, Sample, commit_meanwhile, edit_file, planned

from shipit.steps.base import Step
from shipit.steps.repository import ReleaseCommit, SyncBranch


def sync_branch(clone: Clone) -> Step:
    commit = planned(clone)
    other = clone.another()
    tip = other.commit("fix: more")
    other.push()
    clone.git.fetch()
    return SyncBranch(tip, commit.parent, ("CHANGELOG.md",), ReleaseCommit(tip, SUBJECT, TAG, "main"))


SAMPLE = Sample(sync_branch, (commit_meanwhile, partial(edit_file, "notes.txt")))

"""The sample of `create-tag`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, SUBJECT, TAG, Sample, committed

from shipit.core.commits.release_message import release_message
from shipit.steps import CreateTag
from shipit.steps.base import Step


def create_tag(clone: Clone) -> Step:
    return CreateTag(TAG, release_message(SUBJECT, NOTES), committed(clone))


SAMPLE = Sample(create_tag)

"""The sample of `forge-tag`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, SUBJECT, TAG, Sample, committed, push_the_tag

from shipit.core.commits.text.release_message import release_message
from shipit.steps.base import Step
from shipit.steps.forge import ForgeTag


def forge_tag(clone: Clone) -> Step:
    commit = committed(clone)
    clone.push()
    return ForgeTag(TAG, release_message(SUBJECT, NOTES), commit)


SAMPLE = Sample(forge_tag, (push_the_tag,), local_forge=False)

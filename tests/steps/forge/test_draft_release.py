"""The sample of `draft-release`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import NOTES, TAG, Sample, planned

from shipit.steps.base import Step
from shipit.steps.forge import DraftRelease


def draft_release(clone: Clone) -> Step:
    planned(clone)
    return DraftRelease(TAG, TAG, NOTES, False, "main")


SAMPLE = Sample(draft_release)

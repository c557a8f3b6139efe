"""The sample of `label-released`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, planned

from shipit.steps.base import Step
from shipit.steps.forge import LabelReleased


def label_released(clone: Clone) -> Step:
    planned(clone)
    return LabelReleased(TAG, "released", (12, 7))


SAMPLE = Sample(label_released)

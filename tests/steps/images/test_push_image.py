"""The sample of `push-image`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import Sample, built, push_another_image, reference

from shipit.steps.base import Step
from shipit.steps.images import PushImage


def push_image(clone: Clone) -> Step:
    return PushImage(reference(clone), built(clone, reference(clone)))


SAMPLE = Sample(push_image, (push_another_image,), images=True)

"""The sample of `build-image`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import Sample, imaged, labelled, reference

from shipit.steps.base import Step
from shipit.steps.images import BuildImage


def build_image(clone: Clone) -> Step:
    origin = imaged(clone)
    return BuildImage(reference(clone), labelled(origin), origin, 60)


SAMPLE = Sample(build_image, images=True)

"""The sample of `promote-image`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import Sample, built, push_another_image, reference

from shipit.steps.base import Step
from shipit.steps.images import PromoteImage


def promote_image(clone: Clone) -> Step:
    origin = built(clone, f"{clone.image}-dev:main")
    digest = clone.world.engine.push(f"{clone.image}-dev:main")
    return PromoteImage(reference(clone), f"{clone.image}-dev@{digest}", origin)


SAMPLE = Sample(promote_image, (push_another_image,), images=True)

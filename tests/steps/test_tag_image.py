"""The sample of `tag-image`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import Sample, built, push_another_image, reference

from shipit.steps import TagImage
from shipit.steps.base import Step


def tag_image(clone: Clone) -> Step:
    origin = built(clone, f"{clone.image}:main")
    clone.world.engine.push(f"{clone.image}:main")
    return TagImage(reference(clone), f"{clone.image}:main", origin, moves=False)


SAMPLE = Sample(tag_image, (push_another_image,), images=True)

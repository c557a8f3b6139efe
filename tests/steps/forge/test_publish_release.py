"""The sample of `publish-release`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted

from shipit.steps.base import Step
from shipit.steps.forge import PublishRelease


def publish_release(clone: Clone) -> Step:
    drafted(clone)
    return PublishRelease(TAG, latest=True)


SAMPLE = Sample(publish_release)

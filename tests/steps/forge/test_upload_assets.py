"""The sample of `upload-assets`, on which test_contract.py checks the promises of every step."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted, publish_other_assets

from shipit.steps.base import Step
from shipit.steps.forge import UploadAssets


def upload_assets(clone: Clone) -> Step:
    drafted(clone)
    clone.edit("build/app.jar", "jar")
    return UploadAssets(TAG, ("build/*.jar",))


SAMPLE = Sample(upload_assets, (publish_other_assets,))

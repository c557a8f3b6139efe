"""The sample of `upload-assets`, on which test_contract.py checks the promises of every step, and its own tests."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted, publish_other_assets

from shipit.steps.base import Done, Step
from shipit.steps.forge import AttestAssets, UploadAssets
from shipit.testing import FakeWorld


def upload_assets(clone: Clone) -> Step:
    drafted(clone)
    clone.edit("build/app.jar", "jar")
    return UploadAssets(TAG, ("build/*.jar",))


def publish_without_assets(clone: Clone) -> None:
    clone.world.forge.publish(TAG, latest=True)


SAMPLE = Sample(upload_assets, (publish_other_assets, publish_without_assets))


@pytest.mark.parametrize("pattern", ["build/**", "build/*", "build/app.jar"])
def test_each_file_is_attached_with_its_attestation(pattern: str) -> None:
    world = FakeWorld.new()
    world.forge.create_draft(tag=TAG, title=TAG, body="", prerelease=False, branch="main")
    world.files.edit("build/app.jar", "jar")
    AttestAssets(TAG, "1.1.0", (pattern,), "cosign.pub").apply(world)
    step = UploadAssets(TAG, (pattern,), attested=True)
    step.apply(world)
    assert step.check(world) == Done()
    release = world.remote.releases[TAG]
    assert sorted(asset.name for asset in release.assets) == ["app.jar", "app.jar.sigstore.json"]

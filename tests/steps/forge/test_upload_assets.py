"""The sample of `upload-assets`, on which test_contract.py checks the promises of every step, and its own tests."""

from __future__ import annotations

import pytest
from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted, publish_other_assets

from shipit.errors import ConfigError
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


def test_two_files_with_the_same_name_are_refused_before_anything_is_attached() -> None:
    world = FakeWorld.new()
    world.forge.create_draft(tag=TAG, title=TAG, body="", prerelease=False, branch="main")
    world.files.edit("web/build/app.jar", "web")
    world.files.edit("api/build/app.jar", "web")
    step = UploadAssets(TAG, ("*/build/*.jar",))
    step.apply(world)  # the same bytes are the same asset
    world.files.edit("api/build/app.jar", "api")
    with pytest.raises(ConfigError, match=r"`api/build/app.jar` and `web/build/app.jar` have the same name") as caught:
        step.apply(world)
    assert "narrow the pattern `*/build/*.jar` in `assets`" in str(caught.value.hint)
    assert [asset.size for asset in world.remote.releases[TAG].assets] == [3]

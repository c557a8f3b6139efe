"""The sample of `remove-assets`, on which test_contract.py checks the promises of every step, and its own tests."""

from __future__ import annotations

from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted

from shipit.steps.base import Done, Step
from shipit.steps.forge import RemoveAssets
from shipit.testing import FakeForge, FakeWorld
from shipit.world import Asset


def remove_assets(clone: Clone) -> Step:
    drafted(clone)
    for name in ("debug", "app"):
        clone.edit(f"build/{name}.jar", name)
        clone.world.forge.upload_asset(TAG, f"build/{name}.jar")
    return RemoveAssets(TAG, ("build/app*.jar",))


def attach_by_hand(clone: Clone) -> None:
    forge = clone.world.forge
    assert isinstance(forge, FakeForge)
    forge.attach_by_hand(TAG, Asset("notes.pdf", 1, by_shipit=False))


SAMPLE = Sample(remove_assets, (attach_by_hand,), hosts=True)


def test_the_files_of_this_attempt_and_their_attestations_stay() -> None:
    world = FakeWorld.new()
    world.forge.create_draft(tag=TAG, title=TAG, body="", prerelease=False, branch="main")
    for name in ("app.jar", "app.jar.sigstore.json", "old.jar.sigstore.json"):
        world.files.edit(f"build/{name}", name)
        world.forge.upload_asset(TAG, f"build/{name}")
    step = RemoveAssets(TAG, ("build/*.jar",), attested=True)
    step.apply(world)
    assert step.check(world) == Done()
    assert [asset.name for asset in world.remote.releases[TAG].assets] == ["app.jar", "app.jar.sigstore.json"]


def test_a_published_release_keeps_all_its_files() -> None:
    world = FakeWorld.new()
    world.forge.create_draft(tag=TAG, title=TAG, body="", prerelease=False, branch="main")
    world.files.edit("build/app.jar", "jar")
    world.forge.upload_asset(TAG, "build/app.jar")
    world.forge.publish(TAG, latest=True)
    assert RemoveAssets(TAG, ()).check(world) == Done()

"""The sample of `attest-assets`, on which test_contract.py checks the promises of every step, and its own tests."""

from __future__ import annotations

from typing import Any

from contracts.clones import Clone
from steps.samples import TAG, Sample, drafted

from shipit.steps.base import Done, Step, Todo
from shipit.steps.forge import AttestAssets
from shipit.testing import FakeWorld


def attest_assets(clone: Clone) -> Step:
    drafted(clone)
    clone.edit("build/app.jar", "jar")
    return AttestAssets(TAG, "1.1.0", ("build/*.jar",), "cosign.pub")


SAMPLE = Sample(attest_assets, hosts=True)


def test_each_asset_gets_an_attestation_and_no_attestation_gets_one() -> None:
    world, step = FakeWorld.new(), AttestAssets(TAG, "1.1.0", ("build/*",), "cosign.pub")
    for name in ("app.jar", "docs.zip"):
        world.files.edit(f"build/{name}", name)
    step.apply(world)
    assert step.check(world) == Done()
    assert world.files.glob("build/*.sigstore.json") == ("build/app.jar.sigstore.json", "build/docs.zip.sigstore.json")
    step.apply(world)
    assert len(world.files.glob("build/*")) == 4


def test_the_attestation_of_an_earlier_build_is_replaced() -> None:
    world, step = FakeWorld.new(), AttestAssets(TAG, "1.1.0", ("build/*.jar",), "cosign.pub")
    world.files.edit("build/app.jar", "first build")
    step.apply(world)
    world.files.edit("build/app.jar", "second build")
    assert step.check(world) == Todo("build/app.jar")
    step.apply(world)
    assert step.check(world) == Done()


def test_a_file_that_did_not_change_is_attested_for_each_release() -> None:
    world = FakeWorld.new()
    world.files.edit("build/app.jar", "jar")
    for version in ("1.1.0", "1.2.0"):
        step = AttestAssets(f"v{version}", version, ("build/*.jar",), "cosign.pub")
        assert step.check(world) == Todo("build/app.jar")
        step.apply(world)
        assert step.check(world) == Done()
        (made,) = world.attestations.of_files.values()
        assert made["buildDefinition"]["externalParameters"] == {"version": version}


def test_the_statement_about_a_file_has_its_own_type_and_the_commit_of_the_tag() -> None:
    world, step = FakeWorld.new(), AttestAssets(TAG, "1.1.0", ("build/*.jar",), "cosign.pub")
    world.files.edit("build/app.jar", "jar")
    world.commit("chore(release): 1.1.0")
    released = world.git.head()
    assert statement(world, step)["resolvedDependencies"][0]["digest"] == {"gitCommit": released}  # no tag yet
    world.git.create_tag(TAG, str(released), "")
    world.commit("chore: begin 1.1.1-SNAPSHOT")
    found = statement(world, step)
    assert found["buildType"] == "urn:shipit:asset"
    assert found["externalParameters"] == {"version": "1.1.0"}
    assert found["resolvedDependencies"][0]["digest"] == {"gitCommit": released}


def statement(world: FakeWorld, step: AttestAssets) -> dict[str, Any]:
    """Attest the file again, and return the definition of its build."""
    world.files.edit("build/app.jar", f"built on {world.git.head()}, {len(world.git.tags())} tags")
    step.apply(world)
    (made,) = list(world.attestations.of_files.values())[-1:]
    definition: dict[str, Any] = made["buildDefinition"]
    return definition

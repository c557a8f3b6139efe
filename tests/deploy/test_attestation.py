"""An environment with `require-attestation`: its images are attested before they get a tag, and no other is deployed."""

from __future__ import annotations

import pytest
from deploy.stage import Stage, digest_of

from shipit import api
from shipit.api.deployments.deploying import deployment_findings
from shipit.config.load import parse_config
from shipit.core.images import REVISION, UNATTESTED, VERSION, provenance
from shipit.engine.apply import apply_steps
from shipit.errors import ConflictError, PreflightError
from shipit.plan.images import ImagePlan
from shipit.steps.images import NOT_ATTESTED
from shipit.testing import FakeWorld, Killed, interrupted, kill, recorded
from shipit.testing.interrupt import When
from shipit.world import RemoteImage

CONFIG = """\
[environments.prod]
branch = "main"
version = "build"
require-attestation = true
image = { name = "acme/shop", tags = ["latest", "prod-{sha}"] }

[environments.prod.deploy]
kind = "blue-green"
name = "shop"
health = { path = "/health", json = { status = "UP" }, within = "30s" }
"""
STAGING = """
[environments.staging]
extends = "prod"
branch = "main"
image = { name = "acme/shop-staging", tags = ["staging-{sha}"] }
"""
STAGE = Stage(parse_config(CONFIG))
PROMOTING = Stage(parse_config(CONFIG.replace("version =", 'promote = "staging"\nversion =') + STAGING))


def committed() -> FakeWorld:
    world = FakeWorld.new()
    world.commit("feat: search")
    world.push()
    return world


def planned(world: FakeWorld, stage: Stage = STAGE, environment: str = "prod") -> ImagePlan:
    return api.plan_image(stage.project(world), environment, push=True)


def deploy(world: FakeWorld) -> api.Deployment:
    return api.deploy(STAGE.project(world), "prod")


def pushed_by_another(world: FakeWorld) -> str:
    """Push an image to the tag that prod would push, as whoever can write to the registry can do; return its digest."""
    reference, labels = planned(world).images[0].reference, {VERSION: "1.0.0", REVISION: str(world.git.head())}
    world.registry.accept(reference, RemoteImage(digest_of("6.6.6"), labels))
    return digest_of("6.6.6")


def test_an_image_is_attested_before_it_gets_a_tag_and_then_deployed() -> None:
    world = committed()
    plan = planned(world)
    assert [step.summary for step in plan.steps][
        1
    ] == f"push {plan.images[0].reference}, attested with the key of cosign.pub"
    watched, writes = recorded(world)
    apply_steps(plan.steps, watched)
    assert writes == ["engine.build", "engine.push", "attestations.attest", "registry.tag", "registry.tag"]
    digest = world.registry.tags[plan.images[0].reference]
    found = world.registry.find(f"acme/shop@{digest}")
    assert found and world.attestations.predicates == {f"acme/shop@{digest}": provenance(found.labels)}
    assert deploy(world.next_run()).report()["serving"] == digest


def tags_with_attestation(world: FakeWorld) -> dict[str, bool]:
    """Return whether the image of each tag is attested, by the tag; without the tag of images that are not yet."""
    attested = {image.rpartition("@")[2] for image in world.attestations.predicates}
    tags = {name.removeprefix("acme/shop:")[:5]: digest in attested for name, digest in world.registry.tags.items()}
    return {tag: valid for tag, valid in tags.items() if not UNATTESTED.startswith(tag)}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_a_run_that_is_killed_leaves_no_tag_without_attestation_and_the_next_run_finishes(at: int, when: When) -> None:
    world = committed()
    plan = planned(world)
    with pytest.raises(Killed):
        apply_steps(plan.steps, interrupted(world, at, when, kill))
    assert all(tags_with_attestation(world).values())
    later = world.fresh_clone()  # another machine, whose engine has no image
    apply_steps(planned(later).steps, later)
    assert tags_with_attestation(later) == {"lates": True, "prod-": True}


def test_an_image_that_somebody_else_pushed_is_neither_attested_nor_deployed() -> None:
    world = committed()
    image = f"acme/shop@{pushed_by_another(world)}"
    plan = planned(world)
    (finding,) = plan.findings
    assert (finding.code, finding.blocks) == ("not-attested", True)
    assert finding.what == f"`{image}` has no valid attestation by `cosign.pub`: no attestation by this key"
    assert finding.fix == NOT_ATTESTED  # on the same commit, `shipit image` would find the same image
    with pytest.raises(PreflightError) as raised:
        deploy(world)
    assert [(each.code, each.fix) for each in raised.value.findings] == [("not-attested", NOT_ATTESTED)]
    assert raised.value.exit_code == 3
    assert not world.hosts.at("local").containers.find("shop-blue")
    assert not world.attestations.predicates


def test_an_image_that_is_pushed_by_another_in_the_meantime_is_a_conflict() -> None:
    world = committed()
    plan = planned(world)
    pushed_by_another(world)
    with pytest.raises(ConflictError, match="without a valid attestation"):
        plan.steps[1].check(world)
    assert not world.attestations.predicates


def test_without_the_private_key_nothing_is_built_and_an_attested_image_is_deployed() -> None:
    world = committed()
    world.attestations.can_attest = False
    assert [finding.code for finding in planned(world).findings] == ["attestation-key"]
    world.registry.refusals = {"acme/shop"}  # all problems are found at once
    assert {finding.code for finding in planned(world).findings} == {"registry-login", "attestation-key"}
    world.registry.refusals = set()
    world.attestations.can_attest = True
    apply_steps(planned(world).steps, world)
    world.attestations.can_attest = False
    assert not planned(world.next_run()).findings
    assert deploy(world.next_run()).report()["deployed"] == "true"


def test_a_promoted_image_must_be_attested_and_its_copy_is_attested_too() -> None:
    world = committed()
    apply_steps(planned(world, PROMOTING, "staging").steps, world)
    digest = next(iter(world.attestations.predicates)).rpartition("@")[2]

    def run(world: FakeWorld) -> None:
        plan = planned(world, PROMOTING)
        assert not plan.findings
        apply_steps(plan.steps, world)

    run(world)
    assert f"acme/shop@{digest}" in world.attestations.predicates
    assert planned(world.next_run(), PROMOTING).images[0].reason.endswith("already in the registry, nothing to do")
    del world.attestations.predicates[f"acme/shop@{digest}"]  # as if the run had been killed before it was attested
    world.attestations.can_attest = False
    plan = planned(world.next_run(), PROMOTING)
    assert plan.images[0].reason.endswith("already in the registry, without an attestation: this run attests it")
    assert [finding.code for finding in plan.findings] == ["attestation-key"]  # before anything is done
    world.attestations.can_attest = True
    run(world.next_run())
    assert f"acme/shop@{digest}" in world.attestations.predicates
    world.attestations.predicates.clear()
    assert {finding.code for finding in planned(world, PROMOTING).findings} == {"not-attested"}


def test_the_images_of_a_release_are_attested_if_an_environment_needs_it() -> None:
    text = f'{CONFIG}\n[release.images.shop]\nname = "acme/shop"\ntags = ["{{version}}"]\n'
    world = committed()
    project = Stage(parse_config(text)).project(world)
    project.root = "."
    plan = api.plan_release(project)
    (push,) = (step for step in plan.steps if step.kind == "push-image")
    assert push.summary.endswith("attested with the key of cosign.pub")


def test_the_files_of_a_release_are_attested_before_they_are_attached() -> None:
    world = committed()
    project = Stage(parse_config('[release]\nassets = ["build/*.jar"]\nattest-assets = true\n')).project(world)
    project.root = "."
    plan = api.plan_release(project)
    assert [step.summary for step in plan.steps if step.kind.endswith("assets")] == [
        "attest build/*.jar with the key of cosign.pub",
        "attach build/*.jar and their attestations to v0.1.0",
    ]
    world.attestations.can_attest = False
    assert [finding.code for finding in api.plan_release(project).findings] == ["attestation-key"]


def test_a_rollback_checks_the_attestation_of_a_version_that_was_never_verified_here() -> None:
    world = committed()
    apply_steps(planned(world).steps, world)
    deploy(world)
    world.commit("feat: more")
    world.push()
    apply_steps(planned(world.next_run()).steps, world)
    deploy(world.next_run())
    world.attestations.predicates.clear()
    assert not api.plan_rollback(STAGE.project(world.next_run()), "prod").findings
    world.registry.accept("acme/shop:6.6.6", RemoteImage(digest_of("6.6.6")))
    (finding,) = api.plan_rollback(STAGE.project(world.next_run()), "prod", "6.6.6").findings
    assert (finding.code, finding.blocks) == ("not-attested", True)
    assert api.rollback(STAGE.project(world.next_run()), "prod").report()["deployed"] == "true"


def test_doctor_finds_an_image_without_attestation() -> None:
    world = committed()
    pushed_by_another(world)
    project = STAGE.project(world)
    found = deployment_findings(project, planned(world))
    assert [finding.code for finding in found if finding.blocks] == ["not-attested"]

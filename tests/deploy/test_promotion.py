"""An image that one environment verified and another one gets, by its digest and without a build."""

from __future__ import annotations

from typing import Any

import pytest
from deploy.stage import Stage, digest_of
from msgspec.structs import replace

from shipit import api
from shipit.config.load import parse_config
from shipit.core.images import REVISION, VERSION, Reference
from shipit.engine.apply import apply_steps
from shipit.errors import PreflightError
from shipit.plan.images import observe_wanted_images
from shipit.testing import FakeWorld
from shipit.world import RemoteImage

CONFIG = """\
[environments.prod]
branch = "main"
promote = "staging"
promote-verified = true
version = "build"
image = { name = "acme/shop", tags = ["latest", "prod-{sha}"] }

[environments.prod.deploy]
kind = "blue-green"
name = "shop"
health = { path = "/health", json = { status = "UP" }, within = "30s" }

[environments.staging]
extends = "prod"
branch = "main"
image.tags = ["staging", "staging-{sha}"]
deploy.hosts = ["ssh://deploy@staging"]
"""
STAGE = Stage(parse_config(CONFIG))


def built_for_staging(world: FakeWorld, version: str) -> str:
    """Commit, and put the image of that commit into the registry, as staging pushes it. Return its digest."""
    commit = world.commit(f"feat: {version}")
    world.push()
    (wanted,), _ = observe_wanted_images(world, STAGE.config, "staging", branch=None)
    labels = {VERSION: version, REVISION: commit} | dict(wanted.build.labels)
    image = RemoteImage(digest_of(version), labels)
    world.registry.accept(str(Reference.parse(wanted.permanent_tags[0])), image)
    return image.digest


def deploy(world: FakeWorld, environment: str) -> api.Deployment:
    return api.deploy(STAGE.project(world), environment)


def image_plan(world: FakeWorld) -> Any:
    return api.plan_image(STAGE.project(world), "prod", push=True)


def test_prod_gets_the_digest_that_staging_verified_and_builds_nothing() -> None:
    world = FakeWorld.new()
    digest = built_for_staging(world, "1.0.0")
    deploy(world, "staging")
    plan = image_plan(world.next_run())
    assert [step.kind for step in plan.steps] == ["promote-image", "tag-image"]
    assert not plan.findings
    apply_steps(plan.steps, world)
    assert deploy(world.next_run(), "prod").report()["serving"] == digest
    container = world.hosts.at("local").containers.find("shop-blue")
    assert container and container.image and container.image.digest == digest


def test_an_image_that_staging_has_not_verified_is_refused_with_the_reason() -> None:
    world = FakeWorld.new()
    built_for_staging(world, "1.0.0")
    (finding,) = image_plan(world).findings
    assert (finding.code, finding.blocks) == ("not-verified", True)
    assert "environment `staging` has not verified" in finding.what
    assert "deploy this commit to `staging` first" in finding.fix


def test_without_an_image_to_promote_nothing_is_built() -> None:
    world = FakeWorld.new()
    world.commit("feat: search")
    world.push()
    assert [finding.code for finding in image_plan(world).findings] == ["not-verified"]


def test_an_image_that_was_promoted_and_then_rejected_by_staging_is_not_deployed() -> None:
    world = FakeWorld.new()
    for version in ("1.0.0", "1.1.0"):
        built_for_staging(world, version)
        deploy(world.next_run(), "staging")
    apply_steps(image_plan(world.next_run()).steps, world)
    api.rollback(STAGE.project(world.next_run()), "staging")
    with pytest.raises(PreflightError) as raised:
        deploy(world.next_run(), "prod")
    assert [finding.code for finding in raised.value.findings] == ["not-verified"]


def test_without_the_key_the_image_of_staging_is_promoted_as_it_is() -> None:
    world = FakeWorld.new()
    built_for_staging(world, "1.0.0")
    prod = replace(STAGE.config.environments["prod"], promote_verified=False)
    stage = Stage(replace(STAGE.config, environments={**STAGE.config.environments, "prod": prod}))
    plan = api.plan_image(stage.project(world), "prod", push=True)
    assert ([step.kind for step in plan.steps], plan.findings) == (["promote-image", "tag-image"], ())

"""The step `confirm-rollout`."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import Clone, in_memory
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, IMAGE
from steps.kubernetes.scene import (
    NAMESPACE,
    OTHER,
    RECORD,
    cluster_of,
    patched,
    remove_the_deployment,
    set_another_image,
    web,
)
from steps.samples import Sample

from shipit.core.deploy import HealthAnswer
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Step, Todo
from shipit.steps.deploy import read_record
from shipit.steps.kubernetes import AwaitRollout, ConfirmRollout, pod_runs
from shipit.testing import FakeApp, FakeWorld

URL = "https://shop.example"
STEP = ConfirmRollout(NAMESPACE, "shop", "web", "web", IMAGE, RECORD, bake=15, by="run 7")
AWAIT = AwaitRollout(NAMESPACE, "web", "web", IMAGE, within=300)


def rolled_out(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    world = patched(clone, app)
    AWAIT.apply(world)
    return world


def confirm_rollout(clone: Clone) -> Step:
    rolled_out(clone)
    return STEP


def spoil_the_record(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    cluster_of(clone.world).texts[RECORD] = "deployed: yes\n"


SAMPLE = Sample(confirm_rollout, (remove_the_deployment, set_another_image, spoil_the_record), hosts=True)


def failure(world: FakeWorld, step: ConfirmRollout = STEP) -> str:
    with pytest.raises(DeployError) as raised:
        step.apply(world)
    assert read_record(cluster_of(world), RECORD).current is None
    return raised.value.what


def test_pods_that_fail_while_they_are_watched_are_a_failure(tmp_path: Path) -> None:
    world = rolled_out(in_memory(tmp_path), FakeApp(fails=8))
    assert "only 0 of 2 pods are ready: it runs, but its readiness probe" in failure(world)


def test_a_short_moment_in_which_a_pod_is_not_ready_is_no_failure(tmp_path: Path) -> None:
    world = rolled_out(in_memory(tmp_path), FakeApp(fails=8, recovers=9))
    assert STEP.apply(world)["serving"] == DIGEST


def test_the_digest_of_the_platform_proves_the_image_as_well(tmp_path: Path) -> None:
    world, platform = rolled_out(in_memory(tmp_path)), "sha256:" + "8" * 64
    assert not pod_runs(world, IMAGE, f"docker.io/acme/shop@{platform}")
    world.registry.platforms[DIGEST] = (platform,)
    assert pod_runs(world, IMAGE, f"docker.io/acme/shop@{platform}")
    assert pod_runs(world, IMAGE, platform)


def test_a_pod_with_another_image_is_a_failure(tmp_path: Path) -> None:
    world = rolled_out(in_memory(tmp_path))
    web(world).reported = OTHER.reference
    assert f"runs `{OTHER.reference}`, and not {IMAGE}" in failure(world)


def test_a_public_address_that_fails_since_the_rollout_is_a_failure(tmp_path: Path) -> None:
    world = rolled_out(in_memory(tmp_path))
    world.hosts.at("local").servers["shop.example"] = lambda method, url, headers: HealthAnswer(503)
    assert f"`{URL}` answered 503; before the rollout, it answered 200" in failure(
        world, replace(STEP, url=URL, url_before=200)
    )
    assert isinstance(replace(STEP, url=URL, url_before=503).check(world), Todo)
    replace(STEP, url=URL, url_before=503).apply(world)
    assert isinstance(replace(STEP, url=URL, url_before=503).check(world), Done)


def test_an_image_of_another_program_is_a_conflict(tmp_path: Path) -> None:
    world = rolled_out(in_memory(tmp_path))
    web(world).set_image("web", OTHER.reference)
    with pytest.raises(ConflictError, match="another program changed the image"):
        STEP.apply(world)

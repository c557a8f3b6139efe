"""Deployments to a Kubernetes cluster in memory, with the same code that makes real ones."""

from __future__ import annotations

import pytest
from deploy.stage import Stage

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, digest_in
from shipit.errors import DeployError, PreflightError
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeCluster, FakeDeployment, FakeWorld
from shipit.world import RemoteImage

CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}

[environments.dev.deploy]
kind = "kubernetes"
name = "shop"
namespace = "shop"
deployment = "web"
{target}
"""
ADDRESS = "kubernetes:shop"
RECORD = "shipit-shop.json"


class ClusterStage(Stage):
    """A stage whose target is a Deployment of Kubernetes."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> ClusterStage:
        return cls(parse_config(CONFIG.format(target=target)))


def cluster_of(world: FakeWorld) -> FakeCluster:
    return world.clusters.at(ADDRESS)


def web(world: FakeWorld) -> FakeDeployment:
    return cluster_of(world).deployments["web"]


def begun(stage: ClusterStage, *versions: str) -> tuple[FakeWorld, list[DeployedImage]]:
    """Return a world with a Deployment that somebody applied, to which `versions` were deployed."""
    world = FakeWorld.new()
    world.registry.accept("acme/shop:0.9.0", RemoteImage("sha256:" + "9" * 64))
    cluster_of(world).add("web", {"web": "acme/shop@sha256:" + "9" * 64})
    return world, stage.deployed(world, *versions)


def runs(world: FakeWorld) -> set[str]:
    """Return the digests of the images that the ready pods run."""
    return {digest_in(image) for pod in web(world).workload.ready for image in pod.images.values()}


def test_a_deployment_gives_the_pods_the_image_by_digest_and_records_it() -> None:
    stage = ClusterStage.of()
    world, (image,) = begun(stage, "1.0.0")
    assert runs(world) == {image.digest}
    assert web(world).images == {"web": image.reference}
    assert read_record(cluster_of(world), RECORD).current == image
    assert "shipit: 1.0.0" in web(world).causes[0]


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        (
            FakeApp(ready=100, exits=1, exit_code=3, log="no database"),
            "crashes again and again: CrashLoopBackOff: exit status 3",
        ),
        (FakeApp(ready=10_000, log="still warming up"), "its progress deadline is exceeded"),
    ],
)
def test_an_image_that_fails_is_replaced_by_the_one_before(app: FakeApp, reason: str) -> None:
    stage = ClusterStage.of()
    world, (image,) = begun(stage, "1.0.0")
    stage.publish(world, "1.1.0", app)
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert reason in raised.value.what
    assert raised.value.tail == app.log
    assert raised.value.exit_code == 6
    assert raised.value.state == f"{image} serves, as before; this was verified"
    assert runs(world) == {image.digest}


def test_a_rollback_brings_back_the_version_before_and_holds_the_other() -> None:
    stage = ClusterStage.of()
    world, (first, second) = begun(stage, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    assert runs(world) == {first.digest}
    assert read_record(cluster_of(world), RECORD).held == (second.digest,)
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())

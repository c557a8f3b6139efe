"""The Deployment that the samples of the steps for Kubernetes share."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import DIGEST, EARLIER, IMAGE, fake

from shipit.core.deploy import DeployedImage
from shipit.testing import FakeApp, FakeCluster, FakeDeployment, FakeWorld

NAMESPACE = "kubernetes:shop"
RECORD = "shipit-shop.json"
OTHER = DeployedImage(IMAGE.name, "sha256:" + "5" * 64, "1.5.0")


def cluster_of(world: FakeWorld) -> FakeCluster:
    return world.clusters.at(NAMESPACE)


def web(world: FakeWorld) -> FakeDeployment:
    return cluster_of(world).deployments["web"]


def applied(clone: Clone) -> FakeWorld:
    """Return the world in which the earlier image serves."""
    world = fake(clone)
    cluster_of(world).add("web", {"web": EARLIER.reference})
    return world


def patched(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which the Deployment wants the new image."""
    world = applied(clone)
    world.hosts.apps[DIGEST] = app or FakeApp()
    web(world).set_image("web", IMAGE.reference)
    return world


def remove_the_deployment(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    cluster_of(clone.world).deployments.clear()


def set_another_image(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    web(clone.world).set_image("web", OTHER.reference)

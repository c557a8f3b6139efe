"""The compose project, the service and the images that the samples of the steps of compose share."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import HEALTH, HOST, RECORD, host_of

from shipit.core.deploy import ComposeService, Container, DeployedImage
from shipit.core.images import REVISION, VERSION, Reference
from shipit.steps.compose import AwaitReplicas, PinImage, Replicas, StartReplicas
from shipit.testing import FakeApp, FakeWorld
from shipit.world import RemoteImage

PROJECT = "/srv/shop"
PINS = f"{PROJECT}/compose.shipit.yaml"
SERVICE = ComposeService(PROJECT, ("compose.yaml",), "shop", "web", 8080)
NAME = Reference.parse("acme/shop").name
OLD = DeployedImage(NAME, f"sha256:{0:064d}", "1.0.0", "a" * 40)
NEW = DeployedImage(NAME, f"sha256:{1:064d}", "1.1.0", "b" * 40)
REPLICAS = Replicas(HOST, SERVICE, NEW, HEALTH)
LOCK = RECORD.replace(".json", ".compose")


def project(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which a person started the old image, and the engine has the new one."""
    world = clone.world
    assert isinstance(world, FakeWorld)
    for image in (OLD, NEW):
        labels = {VERSION: image.version, REVISION: image.revision}
        world.registry.accept(f"{image.name}:{image.version}", RemoteImage(image.digest, labels))
    host = host_of(world)
    host.compose.projects[PROJECT] = {"web": {"image": f"{NAME}:1.0.0"}, "db": {"image": f"{NAME}:1.0.0"}}
    host.compose.up(PROJECT)
    host.containers.pull(NEW.reference)
    world.hosts.apps[NEW.digest] = app or FakeApp()
    return world


def pinned(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    world = project(clone, app)
    PinImage(REPLICAS).apply(world)
    return world


def beside(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which the new container was started beside the old one."""
    world = pinned(clone, app)
    StartReplicas(REPLICAS, LOCK).apply(world)
    return world


def healthy(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    world = beside(clone, app)
    AwaitReplicas(REPLICAS).apply(world)
    return world


def containers(world: FakeWorld, service: str = "web") -> list[Container]:
    return list(host_of(world).containers.labelled({"com.docker.compose.service": service}))


def versions(world: FakeWorld, service: str = "web") -> list[str]:
    """Return the versions of the containers of a service that run."""
    return [each.labels[VERSION] for each in containers(world, service) if each.running]

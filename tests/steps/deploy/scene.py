"""The app, the image and the host that the samples of the steps of deployments share."""

from __future__ import annotations

from contracts.clones import Clone, InMemory

from shipit.core.deploy import (
    ContainerSpec,
    DeployedImage,
    DeployEvent,
    HealthCheck,
    NginxSettings,
    Traffic,
)
from shipit.core.images import Reference
from shipit.steps.blue_green import SwitchTraffic
from shipit.testing import FakeApp, FakeHost, FakeWorld
from shipit.world import RemoteImage

HOST = "local"
DIGEST = "sha256:" + "1" * 64
IMAGE = DeployedImage(Reference.parse("acme/shop").name, DIGEST, "1.1.0", "a" * 40)
EARLIER = DeployedImage(IMAGE.name, "sha256:" + "0" * 64, "1.0.0", "b" * 40)
SPEC = ContainerSpec(name="shop-green", image=IMAGE, app="shop", slot="green", port=8080, host_port=8082)
NGINX = NginxSettings("shop", "/etc/nginx/conf.d/service-url.inc")
GREEN = Traffic("green", DIGEST, "1.1.0", "127.0.0.1:8082")
HEALTH = HealthCheck("/health", json={"status": "UP"}, within=30)
RECORD = "/var/lib/shipit/shop.json"
HELD = DeployEvent("held", EARLIER, by="run 7", why="rolled back")


def fake(clone: Clone) -> FakeWorld:
    """Return the world of a clone in memory, with the image in the registry."""
    assert isinstance(clone, InMemory)
    world = clone.world
    for image in (IMAGE, EARLIER):
        world.registry.accept(f"{image.name}:{image.version}", RemoteImage(image.digest, {}, health_check=True))
    return world


def host_of(world: FakeWorld) -> FakeHost:
    return world.hosts.at(HOST)


def pulled(clone: Clone) -> FakeWorld:
    world = fake(clone)
    host_of(world).containers.pull(IMAGE.reference)
    return world


def started(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which the new container runs."""
    world = pulled(clone)
    world.hosts.apps[DIGEST] = app or FakeApp()
    host_of(world).containers.start(SPEC, {})
    return world


def switched(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which the new container gets the traffic."""
    world = started(clone, app)
    SwitchTraffic(HOST, NGINX, GREEN).apply(world)
    return world


def spoil_the_record(clone: Clone) -> None:
    """Write a text into the file of the record that is not a record."""
    host_of(fake(clone)).files[RECORD] = "deployed: yes\n"

"""The service that the samples of the steps of a swarm share."""

from __future__ import annotations

from contracts.clones import Clone
from steps.deploy.scene import EARLIER, IMAGE, fake, host_of

from shipit.core.deploy import Service, ServiceChange
from shipit.testing import FakeApp, FakeWorld

SERVICE = "shop_web"


def begun(clone: Clone, app: FakeApp | None = None, **options: object) -> FakeWorld:
    """Return the world in which two tasks run the earlier image."""
    world = fake(clone)
    if app:
        world.hosts.apps[IMAGE.digest] = app
    host_of(world).services.create(SERVICE, EARLIER.reference, **{"replicas": 2, **options})  # type: ignore[arg-type]
    return world


def updated(clone: Clone, app: FakeApp | None = None, **options: object) -> FakeWorld:
    """Return the world in which the service was just set to the new image."""
    world = begun(clone, app, **options)
    services = host_of(world).services
    assert services.update(service_of(world), ServiceChange(IMAGE.reference))
    return world


def settled(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which all tasks run the new image."""
    world = updated(clone, app)
    world.clock.sleep(8)
    return world


def service_of(world: FakeWorld) -> Service:
    found = host_of(world).services.find(SERVICE)
    assert found
    return found


def remove_the_service(clone: Clone) -> None:
    host_of(fake(clone)).services.remove(SERVICE)


def set_another_image(clone: Clone) -> None:
    host_of(fake(clone)).services.set_image(SERVICE, f"acme/shop@sha256:{'7' * 64}")

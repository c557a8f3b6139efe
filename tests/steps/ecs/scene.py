"""The service that the samples of the steps for ECS share."""

from __future__ import annotations

from contracts.clones import Clone
from msgspec.structs import replace
from steps.deploy.scene import DIGEST, EARLIER, IMAGE, fake

from shipit.core.deploy import DeployedImage
from shipit.steps.ecs import Change, DeployDefinition, RegisterDefinition
from shipit.testing import FakeApp, FakeEcsService, FakeWorld
from shipit.world import RemoteImage

ADDRESS = "ecs://shop/web#shop-state@ap-northeast-2"
RECORD = ".shipit/ecs/shop.json"
OTHER = DeployedImage(IMAGE.name, "sha256:" + "5" * 64, "1.5.0")
_FAMILY = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition/shop"
FIRST, SECOND = f"{_FAMILY}:1", f"{_FAMILY}:2"
CHANGE = Change(FIRST, "web", IMAGE)


def service_of(world: FakeWorld) -> FakeEcsService:
    return world.ecs_services.at(ADDRESS)


def created(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which the earlier image serves."""
    world = fake(clone)
    world.registry.accept("acme/shop:1.5.0", RemoteImage(OTHER.digest))
    service_of(world).create({"web": EARLIER.reference})
    world.hosts.apps[DIGEST] = app or FakeApp()
    return world


def registered(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world with a task definition that has the new image."""
    world = created(clone, app)
    RegisterDefinition(ADDRESS, CHANGE).apply(world)
    return world


def updated(clone: Clone, app: FakeApp | None = None) -> FakeWorld:
    """Return the world in which ECS deploys the new image."""
    world = registered(clone, app)
    DeployDefinition(ADDRESS, CHANGE, FIRST).apply(world)
    return world


def in_stages(clone: Clone, app: FakeApp | None = None, pauses: tuple[str, ...] = ()) -> FakeWorld:
    """Return the world in which ECS makes a blue/green deployment of the new image."""
    world = registered(clone, app)
    scheduler = service_of(world).scheduler
    scheduler.strategy, scheduler.pauses = "BLUE_GREEN", pauses
    DeployDefinition(ADDRESS, CHANGE, FIRST).apply(world)
    return world


def remove_the_service(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    service_of(clone.world).scheduler.rollouts.clear()


def deploy_another_image(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    service = service_of(clone.world)
    service.give(service.add({"web": OTHER.reference}))


def delete_the_definitions(clone: Clone) -> None:
    assert isinstance(clone.world, FakeWorld)
    service_of(clone.world).definitions.clear()


def deregister(world: FakeWorld, arn: str) -> None:
    """Deregister a revision, as another program does."""
    definitions = service_of(world).definitions
    (number,) = (number for number, each in enumerate(definitions) if each.arn == arn)
    definitions[number] = replace(definitions[number], active=False)

"""Deployments to a service of a swarm in memory."""

from __future__ import annotations

from typing import Any

from deploy.stage import Stage, digest_of
from steps.deploy.scene import HOST, host_of

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, Service
from shipit.core.images import REVISION, VERSION, Reference
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeWorld
from shipit.world import RemoteImage

RECORD = "/var/lib/shipit/shop.json"
NAME = "acme/shop"
SERVICE = "shop_web"
CRASHES = FakeApp(exits=1, exit_code=3, log="cannot reach the database")
UNHEALTHY = FakeApp(health="unhealthy", log="cannot reach the database")
FAILS_LATER = FakeApp(fails=9, log="out of connections")
CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}
{environment}

[environments.dev.deploy]
kind = "swarm"
name = "shop"
service = "shop_web"
{target}
"""


class SwarmStage(Stage):
    """A stage whose target is the service `shop_web`."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> SwarmStage:
        return cls(parse_config(CONFIG.format(target=target, environment=environment)))

    def publish(self, world: FakeWorld, version: str, app: FakeApp | None = None) -> DeployedImage:
        """Publish an image that has a health check."""
        found = super().publish(world, version, app)
        for tag, digest in world.registry.tags.items():
            if digest == found.digest:
                labels = {VERSION: found.version, REVISION: found.revision}
                world.registry.accept(tag, RemoteImage(digest, labels, health_check=True))
        return found

    def begun(self, *versions: str, replicas: int = 2, **options: Any) -> FakeWorld:
        """Return a world in which the service runs the first of `versions`; the others are deployed one by one."""
        world = FakeWorld.new()
        first, *others = versions
        self.publish(world, first)
        host_of(world).services.create(SERVICE, reference(first), replicas=replicas, **options)
        self.deploy(world.next_run())
        self.deployed(world, *others)
        return world


def reference(version: str) -> str:
    """Return the image of a version by its digest."""
    return f"{Reference.parse(NAME).name}@{digest_of(version)}"


def service_of(world: FakeWorld) -> Service:
    found = host_of(world).services.find(SERVICE)
    assert found
    return found


def runs(world: FakeWorld) -> set[str]:
    """Return the digests of the tasks that run."""
    return {task.digest for task in service_of(world).tasks if task.runs}


def state(world: FakeWorld) -> dict[str, object]:
    """Return the things that a finished deployment or rollback determines."""
    service, record = service_of(world), read_record(host_of(world), RECORD)
    return {
        "set": service.digest,
        "settled": service.unsettled(service.digest),
        "verified": record.current.digest if record.current else None,
        "held": record.held,
        "locked": world.hosts.at(HOST).locked_by("/var/lib/shipit/shop"),
    }


def finished(version: str, *held: str) -> dict[str, object]:
    """Return the `state` after a finished deployment or rollback to `version`."""
    digest = digest_of(version)
    held_digests = tuple(digest_of(each) for each in held)
    return {"set": digest, "settled": "", "verified": digest, "held": held_digests, "locked": None}

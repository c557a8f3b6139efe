"""Deployments to the services of a compose project in memory."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.stage import Stage

from shipit import api
from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage, pins_in
from shipit.core.images import REVISION, VERSION, Reference
from shipit.plan.images import observe_wanted_images
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeHost, FakeWorld
from shipit.world import RemoteImage, World

PROJECT = "/srv/shop"
PINS = f"{PROJECT}/compose.shipit.yaml"
SERVICES = ("backend", "frontend")
CONFIG = """\
[environments.dev]
branch = "main"
images.backend.name = "acme/backend"
images.frontend.name = "acme/frontend"
{environment}

[environments.dev.deploy]
kind = "compose"
project = "/srv/shop"
bake = "5s"
services.backend = {{ health = {{ path = "/health", json = {{ status = "UP" }}, within = "30s" }} }}
services.frontend = {{ port = 80, health = {{ path = "/health", within = "30s" }} }}
{target}
"""


@dataclass
class ComposeStage(Stage):
    """A runner of deployments of two services, with the configuration `config`."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> ComposeStage:
        return cls(parse_config(CONFIG.format(target=target, environment=environment)))

    def new_world(self) -> FakeWorld:
        """Return a world whose host has the project, with services that another program started from tags."""
        world = FakeWorld.new()
        for number, service in enumerate((*SERVICES, "db")):
            image = RemoteImage(f"sha256:{900 + number:064x}", {VERSION: "0.9.0"})
            world.registry.accept(str(Reference.parse(f"acme/{service}:latest")), image)
        host = world.hosts.at("local")
        host.compose.projects[PROJECT] = {name: {"image": f"acme/{name}:latest"} for name in (*SERVICES, "db")}
        host.compose.up(PROJECT)
        return world

    def publish_pair(self, world: FakeWorld, version: str, **apps: FakeApp) -> list[DeployedImage]:
        """Commit, and put the images of that commit into the registry; `apps` is their behaviour by service."""
        commit = world.commit(f"feat: {version}")
        world.push()
        wanted, _ = observe_wanted_images(world, self.config, "dev", branch=None)
        images = []
        for each in wanted:
            digest = digest_of(each.name, version)
            image = RemoteImage(digest, {VERSION: version, REVISION: commit})
            name = Reference.parse(each.permanent_tags[0]).name
            for reference in (each.permanent_tags[0], f"{name}:{version}"):
                world.registry.accept(str(Reference.parse(reference)), image)
            if each.name in apps:
                world.hosts.apps[digest] = apps[each.name]
            images.append(DeployedImage(name, digest, version, commit))
        return images

    def deployed(self, world: FakeWorld, *versions: str) -> list[DeployedImage]:
        """Publish and deploy healthy images of both services, one version after the other."""
        images: list[DeployedImage] = []
        for version in versions:
            images += self.publish_pair(world, version)
            self.deploy(world.next_run())
        return images

    def rollback(self, world: World, version: str | None = None) -> api.Deployment:
        return api.rollback(self.project(world), "dev", version)


def digest_of(service: str, version: str) -> str:
    """Return the digest of the image of a service in a version."""
    return f"sha256:{SERVICES.index(service)}{int(version.replace('.', '')):063d}"


def state(host: FakeHost) -> dict[str, object]:
    """Return what a finished deployment or rollback determines on a host."""
    found: dict[str, object] = {"db": [each.id for each in host.compose.running(PROJECT, "db")]}
    pins = pins_in(host.read(PINS) or "")
    for service in SERVICES:
        containers = host.containers.labelled({"com.docker.compose.service": service})
        record = read_record(host, f"/var/lib/shipit/shop-dev-{service}.json")
        images = [image.digest_of("") for each in containers if (image := host.containers.image_of(each.id))]
        found[service] = {
            "serving": [each.labels[VERSION] for each in containers],
            "running": [each.running for each in containers],
            "pinned": [digest in pins.get(service, "") for digest in images],
            "verified": record.current.version if record.current else None,
            "held": record.held,
            "locked": host.locked_by(f"/var/lib/shipit/shop-dev-{service}"),
        }
    return found


def finished(world: FakeWorld, version: str, held: tuple[str, ...] = ()) -> dict[str, object]:
    """Return the `state` of a host on which a deployment or rollback of both services to `version` is finished."""
    db = [each.id for each in world.hosts.at("local").compose.running(PROJECT, "db")]
    return {"db": db} | {
        service: {
            "serving": [version],
            "running": [True],
            "pinned": [True],
            "verified": version,
            "held": tuple(digest_of(service, each) for each in held),
            "locked": None,
        }
        for service in SERVICES
    }

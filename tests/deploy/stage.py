"""Deployments to hosts in memory, with the same code that makes real deployments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from shipit import api
from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.core.ci_event import CiEvent
from shipit.core.deploy import DeployedImage, address_in
from shipit.core.images import REVISION, VERSION, Reference
from shipit.core.redact import Redactor
from shipit.engine.apply import Observer
from shipit.errors import ShipitError
from shipit.finding import Finding
from shipit.plan.deploy import DeployPlan, ObservedDeployment
from shipit.plan.images import observe_wanted_images
from shipit.steps.base import Done
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeHost, FakeWorld
from shipit.world import RemoteImage, World

SWITCH = "/etc/nginx/conf.d/service-url.inc"
MARKER = "/srv/shop/active"
RECORD = "/var/lib/shipit/shop.json"
LOCK = "/var/lib/shipit/shop"
CONFIG = """\
[environments.dev]
branch = "main"
image = {{ name = "acme/shop", tags = ["{{branch}}-{{sha}}"] }}
{environment}

[environments.dev.deploy]
kind = "blue-green"
name = "shop"
health = {{ path = "/health", json = {{ status = "UP" }}, within = "30s" }}
nginx = {{ marker = "/srv/shop/active"{nginx} }}
{target}
"""
# The behaviour of images that fail: before they get traffic, and while they serve.
UNHEALTHY = FakeApp(ready=1000, log="cannot reach the database")
FAILS_LATER = FakeApp(fails=8, log="out of connections")


@dataclass
class Stage:
    """A runner of deployments with the configuration `config`."""

    config: Config

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> Stage:
        """Return a stage with further keys of the target, of the environment and of nginx."""
        return cls(parse_config(CONFIG.format(target=target, environment=environment, nginx=nginx)))

    def project(self, world: World) -> Any:
        return SimpleNamespace(
            config=self.config,
            world=world,
            git=world.git,
            forge=world.forge,
            links=world.forge.links(),
            redact=Redactor(["hunter2-in-the-log"]),
            ci=SimpleNamespace(branch=None, event=CiEvent(), run_name="https://ci.example/run/1"),
        )

    def deploy(
        self, world: World, version: str | None = None, *, retry: bool = False, observer: Observer | None = None
    ) -> api.Deployment:
        return api.deploy(self.project(world), "dev", version, retry=retry, observer=observer)

    def rollback(self, world: World, version: str | None = None) -> api.Deployment:
        return api.rollback(self.project(world), "dev", version)

    def plan(self, world: World, version: str | None = None, *, retry: bool = False) -> DeployPlan:
        return api.plan_deploy(self.project(world), "dev", version, retry=retry)

    def doctor(self, world: World) -> tuple[Finding, ...]:
        project = self.project(world)
        project.ci.event = CiEvent(default_branch="trunk")
        return api.doctor(project)

    def status(self, world: World) -> ObservedDeployment:
        (found,) = api.status(self.project(world), "dev")
        return found

    def publish(self, world: FakeWorld, version: str, app: FakeApp | None = None) -> DeployedImage:
        """Commit, and put the image of that commit into the registry under `version` too."""
        commit = world.commit(f"feat: {version}")
        world.push()
        (wanted,), _ = observe_wanted_images(world, self.config, "dev", branch=None)
        digest = digest_of(version)
        image = RemoteImage(digest, {VERSION: version, REVISION: commit})
        for reference in (wanted.permanent_tags[0], f"acme/shop:{version}"):
            world.registry.accept(str(Reference.parse(reference)), image)
        if app:
            world.hosts.apps[digest] = app
        return DeployedImage(Reference.parse("acme/shop").name, digest, version, commit)

    def deployed(self, world: FakeWorld, *versions: str) -> list[DeployedImage]:
        """Publish and deploy healthy images one after the other."""
        images = []
        for version in versions:
            images.append(self.publish(world, version))
            self.deploy(world.next_run())
        return images


def digest_of(version: str) -> str:
    """Return the digest of the image of a version."""
    return f"sha256:{int(version.replace('.', '')):064d}"


def serving(host: FakeHost) -> tuple[str | None, str | None]:
    """Return the version and the slot that users reach through nginx; None if nothing healthy answers."""
    found = address_in(host.nginx.loaded)
    name, _, port = (found or ":0").rpartition(":")
    containers = host.containers
    container = containers.publishing(int(port)) if name == "127.0.0.1" else containers.find(name)
    healthy = host.nginx.answer(host.nginx.port, "/health", {}).status == 200
    image = container.image if container else None
    return (image.version, container.labels["shipit.slot"]) if container and image and healthy else (None, None)


def state(host: FakeHost) -> dict[str, object]:
    """Return what a finished deployment or rollback determines on a host."""
    version, slot = serving(host)
    other = host.containers.find("shop-green" if slot == "blue" else "shop-blue")
    record = read_record(host, RECORD)
    return {
        "serving": version,
        "marker": (host.read(MARKER) or "").strip() == slot,
        "written": address_in(host.read(SWITCH) or "") == address_in(host.nginx.loaded),
        "other runs": bool(other and other.running),
        "locked": host.locked_by(LOCK),
        "verified": record.current.version if record.current else None,
        "held": record.held,
    }


def finished(version: str, held: Sequence[str] = ()) -> dict[str, object]:
    """Return the `state` of a host on which a deployment or rollback to `version` is finished."""
    return {
        "serving": version,
        "marker": True,
        "written": True,
        "other runs": False,
        "locked": None,
        "verified": version,
        "held": tuple(held),
    }


def undone(plan: DeployPlan, world: World) -> list[str]:
    """Return the kinds of the steps of a plan that are not done."""
    return [step.kind for step in plan.steps if not isinstance(step.check(world), Done)]


def first_sentence(error: ShipitError) -> str:
    """Return the first sentence of the state that an error leaves; a held image adds one."""
    return (error.state or "").split(". ")[0]

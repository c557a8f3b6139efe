"""Environments with several targets, on hosts in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.stage import Stage, finished, state
from steps.watchtower.watched import FakeWatchtower

from shipit.config.load import parse_config
from shipit.core.deploy import DeployedImage
from shipit.core.images import REVISION, VERSION, Reference
from shipit.plan.images import observe_wanted_images
from shipit.steps.deploy import read_record
from shipit.testing import FakeApp, FakeHost, FakeWorld
from shipit.world import RemoteImage

IMAGES = """\
[environments.dev]
branch = "main"
images.back = { name = "acme/back", tags = ["{branch}-{sha}"] }
images.front = { name = "acme/front", tags = ["latest", "{branch}-{sha}"] }
"""
BACK = """
[[environments.dev.deploy]]
kind = "blue-green"
name = "shop"
image = "back"
hosts = ["local"]
health = { path = "/health", json = { status = "UP" }, within = "30s" }
nginx = { marker = "/srv/shop/active" }
"""
FRONT = BACK.replace("back", "front").replace("local", "ssh://deploy@two")
WATCHED = """
[[environments.dev.deploy]]
kind = "watchtower"
name = "front"
image = "front"
hosts = ["ssh://deploy@two"]
container = "front"
proof = "container"
url = "http://127.0.0.1:8080"
within = "30s"
"""
SWARM = """
[[environments.dev.deploy]]
kind = "swarm"
name = "shop"
image = "back"
service = "shop_web"
health = "none"
"""
KUBERNETES = """
[[environments.dev.deploy]]
kind = "kubernetes"
name = "shop"
image = "back"
namespace = "shop"
deployment = "web"
"""
NAMES = ("back", "front")
TAG = f"{Reference.parse('acme/front').name}:latest"


@dataclass
class Pair(Stage):
    """A stage with a back end on this machine, and a front end on another host."""

    watched: bool = False

    @classmethod
    def behind_nginx(cls) -> Pair:
        return cls(parse_config(IMAGES + BACK + FRONT))

    @classmethod
    def with_watchtower(cls, *, first: bool = False) -> Pair:
        targets = WATCHED + BACK if first else BACK + WATCHED
        return cls(parse_config(IMAGES + targets), watched=True)

    @classmethod
    def with_service(cls, kind: str) -> Pair:
        """Return a stage whose back end is a service of a `swarm` or of `kubernetes`."""
        return cls(parse_config(IMAGES + {"swarm": SWARM, "kubernetes": KUBERNETES}[kind] + FRONT))

    def publish_both(
        self, world: FakeWorld, version: str, apps: Mapping[str, FakeApp] = {}, same: str = ""
    ) -> dict[str, DeployedImage]:
        """Commit, and put the images of that commit into the registry.

        `apps` are the behaviour of some images. The image `same` is the one of the version 1.0.0, as if it were built
        from the same files.
        """
        commit = world.commit(f"feat: {version}")
        world.push()
        wanted, _ = observe_wanted_images(world, self.config, "dev", branch=None)
        found = {}
        for image in wanted:
            name, digest = Reference.parse(image.permanent_tags[0]).name, digest_of(image.name, version)
            first = world.registry.find(f"{name}:1.0.0") if image.name == same else None
            stored = first or RemoteImage(digest, {VERSION: version, REVISION: commit})
            for reference in (image.permanent_tags[0], f"{name}:{version}"):
                world.registry.accept(reference, stored)
            if image.name in apps:
                world.hosts.apps[digest] = apps[image.name]
            found[image.name] = DeployedImage(name, digest, version, commit)
        return found

    def begun(self, *versions: str, **apps: FakeApp) -> FakeWorld:
        """Return a world in which all versions but the last are deployed, and the last is in the registry."""
        world = FakeWorld.new()
        *earlier, last = versions
        for number, version in enumerate(earlier):
            images = self.publish_both(world, version)
            if self.watched and not number:
                self._start_watchtower(world, images["front"])
            self.deploy(world.next_run())
        self.publish_both(world, last, apps)
        return world

    def _start_watchtower(self, world: FakeWorld, first: DeployedImage) -> None:
        host = world.hosts.at("ssh://deploy@two")
        world.registry.tag(TAG, first.digest)
        host.containers.run_tag("front", TAG)
        watchtower = FakeWatchtower(world)
        watchtower.host = host
        watchtower.works = lambda: host.containers.run_tag("front", TAG)
        host.servers["127.0.0.1:8080"] = watchtower.answer

    def states(self, world: FakeWorld) -> list[dict[str, object]]:
        """Return the state of the back end and of the front end."""
        two = world.hosts.at("ssh://deploy@two")
        return [state(world.hosts.at("local")), self._watched_state(world, two) if self.watched else state(two)]

    def finished(self, version: str, **held: str) -> list[dict[str, object]]:
        """Return the `states` after a deployment or rollback to `version`; `held` is a held version of an image."""
        rejected = [tuple([digest_of(name, held[name])] if name in held else []) for name in NAMES]
        found = [finished(version, digests) for digests in rejected]
        if self.watched:
            digest = digest_of("front", version)
            found[1] = {"serving": digest, "verified": version, "held": rejected[1], "locked": None, "tag": digest}
        return found

    def _watched_state(self, world: FakeWorld, host: FakeHost) -> dict[str, object]:
        image = host.containers.image_of("front")
        record = read_record(host, "/var/lib/shipit/front.json")
        return {
            "serving": image.digest_of(TAG.rpartition(":")[0]) if image else None,
            "verified": record.current.version if record.current else None,
            "held": record.held,
            "locked": host.locked_by("/var/lib/shipit/front"),
            "tag": world.registry.tags[TAG],
        }


def digest_of(name: str, version: str) -> str:
    """Return the digest of a version of an image."""
    return f"sha256:{NAMES.index(name) + 1}{int(version.replace('.', '')):063d}"

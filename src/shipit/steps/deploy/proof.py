"""The proof of the image that runs where another program replaces the containers."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from shipit.core.deploy import Container, DeployedImage, Identity, machine
from shipit.core.images import REVISION, VERSION
from shipit.world import World
from shipit.world.hosts import Host

_SHOWN = 19  # characters of a digest


class Proof(Struct, frozen=True):
    """The place that shows which image runs: a container on `host`, or an address of the app that `host` asks.

    Args:
        host: the host.
        container: the name of the container whose digest is read; empty to ask the app.
        url: the address of the app; empty to read the container.
        key: the key in the JSON of its answer that has the version or the commit.
    """

    host: str
    container: str = ""
    url: str = ""
    key: str = ""

    @property
    def summary(self) -> str:
        """The place, in words that follow "wait until"."""
        if self.container:
            return f"container `{self.container}` on {machine(self.host)} runs"
        return f"`{self.url}` answers as"


class Sight(Struct, frozen=True):
    """The result of one check of the image that runs.

    Args:
        problem: the reason why the wanted image is not proven to run; empty if it is.
        failed: True when the wanted image runs, or ran, and will not become healthy.
        gone: True when the container does not exist.
        restarts: the number of times that the engine restarted the container.
    """

    problem: str = ""
    failed: bool = False
    gone: bool = False
    restarts: int = 0


def look_at(proof: Proof, image: DeployedImage, world: World) -> Sight:
    """Return whether `image` is proven to run."""
    host = world.hosts.at(proof.host)
    if not proof.container:
        identity = Identity(urlsplit(proof.url).path or "/", proof.key, image.version, image.revision)
        return Sight(identity.problem(host.get(proof.url)) or "")
    found = host.containers.find(proof.container)
    if found is None:
        what = f"container `{proof.container}` is gone: Watchtower removed it, and has not created the new one"
        return Sight(what, gone=True)
    running = image_of(host, found, image.name)
    if running is None or running.digest != image.digest:
        return Sight(f"container `{found.name}` still runs {running or 'an image without a digest'}")
    return _sight(found)


def _sight(found: Container) -> Sight:
    """Return the result for a container of the wanted image."""
    if found.status == "restarting" or found.killed_for_memory:
        return Sight(found.problem or f"container `{found.name}` restarts again and again", failed=True)
    if found.status in ("exited", "dead"):
        return Sight(f"container `{found.name}` ended with status {found.exit_code}", failed=True)
    if found.health == "unhealthy":
        return Sight(f"container `{found.name}` is unhealthy: the health check of its image failed", failed=True)
    if not found.running or found.health == "starting":
        return Sight(f"container `{found.name}` is {found.health or found.status}", restarts=found.restarts)
    return Sight(restarts=found.restarts)


def image_of(host: Host, container: Container, name: str) -> DeployedImage | None:
    """Return the image that a container was created from; None if its digest is not known.

    A container has the labels of its image, so they say the version and the commit.
    """
    image = host.containers.image_of(container.name)
    digest = image.digest_of(name) if image else ""
    if not digest:
        return None
    version = container.labels.get(VERSION) or digest[:_SHOWN]
    return DeployedImage(name, digest, version, container.labels.get(REVISION, ""))


def verified_key(host: str, app: str) -> str:
    """Return the name of the output that says whether it was verified that the image serves on a host.

    Its value is "true" from a step; `shipit.api.deployments.way_back` sets it to the reason why it is not known.
    """
    return f"verified:{host}:{app}"


def verified_outputs(image: DeployedImage, host: str, app: str) -> dict[str, str]:
    """Return the outputs of a deployment whose image was verified on a host."""
    return {"deployed": "true", "serving": image.digest, verified_key(host, app): "true"}

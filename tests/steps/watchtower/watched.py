"""The container, the tag and the Watchtower that the samples of its steps use."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from contracts.clones import Clone
from steps.deploy.scene import HOST, host_of

from shipit.core.deploy import DeployedImage, HealthAnswer
from shipit.core.images import REVISION, VERSION
from shipit.errors import RemoteError
from shipit.steps.deploy import Proof
from shipit.testing import FakeWorld
from shipit.world import RemoteImage

NAME = "ghcr.io/acme/shop"
TAG = f"{NAME}:latest"
OLD = DeployedImage(NAME, f"sha256:{1:064d}", "1.0.0", "a" * 40)
NEW = DeployedImage(NAME, f"sha256:{2:064d}", "1.1.0", "b" * 40)
URL, TOKEN, SECRET = "http://127.0.0.1:8080", "WATCHTOWER_TOKEN", "open sesame"
PROOF = Proof(HOST, container="shop")


class FakeWatchtower:
    """The HTTP API of Watchtower on a host in memory, with the requests that it got.

    Args:
        world: the world of the host.
        fork: True for the dialect of the fork, False for that of the original.
    """

    def __init__(self, world: FakeWorld, *, fork: bool = True) -> None:
        self.host = host_of(world)
        self.fork = fork
        self.busy = 0
        self.works: Callable[[], None] = self.update
        self.requests: list[str] = []
        self.host.servers["127.0.0.1:8080"] = self.answer
        world.secrets.put(f"env:{TOKEN}", {TOKEN: SECRET})

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> HealthAnswer:
        self.requests.append(f"{method} {url.removeprefix(URL)}")
        if self.fork and method == "GET":
            return HealthAnswer(405, "Method Not Allowed")
        if headers.get("Authorization") != f"Bearer {SECRET}":
            return HealthAnswer(401, "missing or invalid API Key")
        if self.busy:
            self.busy -= 1
            return HealthAnswer(429, "another update is already running", retry_after=30)
        try:
            self.works()
        except RemoteError:
            return HealthAnswer(
                200, json.dumps({"summary": {"scanned": 1, "updated": 0, "failed": 1}}) if self.fork else ""
            )
        return HealthAnswer(
            200, json.dumps({"summary": {"scanned": 1, "updated": 1, "failed": 0}}) if self.fork else ""
        )

    def update(self) -> None:
        self.host.containers.run_tag("shop", TAG)


def push(world: FakeWorld, image: DeployedImage, tag: str = "") -> None:
    """Put an image into the registry under its version, or under `tag`."""
    stored = RemoteImage(image.digest, {VERSION: image.version, REVISION: image.revision})
    world.registry.accept(tag or f"{NAME}:{image.version}", stored)


def watched(clone: Clone) -> FakeWorld:
    """Let the container run the old image by the tag, and push the new one without moving the tag."""
    world = clone.world
    assert isinstance(world, FakeWorld)
    push(world, OLD)
    push(world, OLD, TAG)
    push(world, NEW)
    host_of(world).containers.run_tag("shop", TAG)
    return world

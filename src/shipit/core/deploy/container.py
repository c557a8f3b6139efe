"""Containers: the settings to create one, and the state of one on a host."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct, field, json
from msgspec.structs import replace

# The labels of a container that shipit started. A label never changes after the container was created.
APP, SLOT, IMAGE, DIGEST = "shipit.app", "shipit.slot", "shipit.image", "shipit.digest"
VERSION, REVISION, SETTINGS = "shipit.version", "shipit.revision", "shipit.settings"


class DeployedImage(Struct, frozen=True):
    """An image to deploy, or one that was deployed.

    `name` is the name of the image without tag, `digest` its digest in the registry, `version` its version, and
    `revision` the id of the commit that it was built from; empty when it is not known.
    """

    name: str
    digest: str
    version: str
    revision: str = ""

    @property
    def reference(self) -> str:
        """The reference by digest, `name@sha256:...`, which no tag can move."""
        return f"{self.name}@{self.digest}"

    def __str__(self) -> str:
        return f"{self.version} ({self.digest[:19]})" if self.digest else self.version


class Container(Struct, frozen=True):
    """The state of a container on a host.

    Args:
        name: its name.
        id: the id that the engine gave it.
        labels: its labels.
        status: `created`, `running`, `restarting`, `exited`, `paused` or `dead`.
        exit_code: the exit status of its program when it does not run.
        restarts: the number of times that the engine restarted it.
        health: the result of the image's own `HEALTHCHECK`: `starting`, `healthy` or `unhealthy`; empty without one.
        started: the time when it was started last, as ISO 8601; empty if it never was.
        ports: the ports of the host that lead to the container: host port by container port.
        address: its IP address in the first network; empty if it has none.
        killed_for_memory: True when the kernel ended it because it used too much memory.
        mounts: the paths on the host that are mounted into it.
    """

    name: str
    id: str
    labels: Mapping[str, str] = field(default_factory=dict)
    status: str = "running"
    exit_code: int = 0
    restarts: int = 0
    health: str = ""
    started: str = ""
    ports: Mapping[int, int] = field(default_factory=dict)
    address: str = ""
    killed_for_memory: bool = False
    mounts: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """True while its program runs."""
        return self.status == "running"

    @property
    def image(self) -> DeployedImage | None:
        """The image that shipit started it with; None if shipit did not start it."""
        if DIGEST not in self.labels:
            return None
        name, revision = self.labels.get(IMAGE, ""), self.labels.get(REVISION, "")
        return DeployedImage(name, self.labels[DIGEST], self.labels.get(VERSION, ""), revision)

    @property
    def problem(self) -> str | None:
        """The reason why it will not become healthy; None while it can."""
        if self.killed_for_memory:
            return f"container `{self.name}` was ended because it used more memory than its limit"
        if self.restarts:
            times = "once" if self.restarts == 1 else f"{self.restarts} times"
            return f"container `{self.name}` ended and was restarted ({times})"
        if self.status in ("exited", "dead"):
            return f"container `{self.name}` ended with status {self.exit_code}"
        if self.health == "unhealthy":
            return f"container `{self.name}` is unhealthy: the health check of its image failed"
        return None


class ContainerImage(Struct, frozen=True):
    """The image that a container was created from, as its engine knows it.

    Args:
        reference: the image as it was named when the container was created, such as `acme/app:latest`.
        digests: the digests of the image in the registries that it came from, as `name@sha256:...`.
    """

    reference: str
    digests: tuple[str, ...] = ()

    def digest_of(self, name: str) -> str:
        """Return the digest of the image under `name`, or else under any name; empty if there is none.

        >>> ContainerImage("acme/app:latest", ("mirror/app@sha256:1", "acme/app@sha256:2")).digest_of("acme/app")
        'sha256:2'
        """
        own = [digest for digest in self.digests if digest.partition("@")[0] == name]
        return next(iter((*own, *self.digests)), "").partition("@")[2]


class ContainerSpec(Struct, frozen=True):
    """The settings of a container to start.

    Args:
        name: its name, which is also its name in `network`.
        image: the image to start.
        app, slot: the app that it belongs to, and its slot, `blue` or `green`.
        port: the port that the app listens on in the container.
        host_port: the port on the host's loopback address that leads to `port`.
        env: environment variables that are not secret.
        secrets: references to secrets, which become environment variables; see `shipit.world.Secrets`.
        secrets_version: a fingerprint of the versions of the secrets, never of their values.
        network: the network to join; empty for the engine's default.
        volumes: `source:target` or `source:target:ro`.
        memory: the memory limit, such as `512m` or `1g`; empty for none.
        cpus: the number of processors that it can use; 0 for all.
        command: the command to run instead of that of the image; empty for that of the image.
        user: the user to run as; empty for that of the image.
        hosts: more names of other hosts, `name:address`.
        restart: the restart policy, as in `docker run --restart`.
        stop_seconds: the seconds between SIGTERM and SIGKILL.
    """

    name: str
    image: DeployedImage
    app: str
    slot: str
    port: int
    host_port: int
    env: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    secrets_version: str = ""
    network: str = ""
    volumes: tuple[str, ...] = ()
    memory: str = ""
    cpus: float = 0
    command: tuple[str, ...] = ()
    user: str = ""
    hosts: tuple[str, ...] = ()
    restart: str = "unless-stopped"
    stop_seconds: int = 20

    @property
    def settings(self) -> str:
        """A fingerprint of everything except the image and the slot: other settings need another container."""
        same = replace(self, name="", image=DeployedImage("", "", ""), slot="", host_port=0)
        return hashlib.sha256(json.encode(same, order="sorted")).hexdigest()[:16]

    @property
    def labels(self) -> dict[str, str]:
        """The labels that the container gets."""
        return {
            APP: self.app,
            SLOT: self.slot,
            IMAGE: self.image.name,
            DIGEST: self.image.digest,
            VERSION: self.image.version,
            REVISION: self.image.revision,
            SETTINGS: self.settings,
        }

    def is_of(self, container: Container | None) -> bool:
        """Return whether `container` was created with these settings and this image."""
        return container is not None and all(
            container.labels.get(name, "") == self.labels[name] for name in (APP, SLOT, DIGEST, SETTINGS)
        )

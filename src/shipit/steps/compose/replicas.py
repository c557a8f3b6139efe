"""The containers of a service that have the wanted image and the settings of the compose files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import (
    ComposeService,
    Container,
    DeployedImage,
    DeployRecord,
    HealthCheck,
    Identity,
    machine,
    pins_in,
)
from shipit.steps.compose.project import config_hash
from shipit.world.hosts import Host

# The states of a container that does not run, and that compose would start again.
ENDED = ("created", "exited", "dead")
CONFIG_FILES = "com.docker.compose.project.config_files"
CONFIG_HASH = "com.docker.compose.config-hash"


class Replicas(Struct, frozen=True):
    """The containers of a service on a host that shall serve, and the checks that they must pass.

    Args:
        host: the host.
        service: the service.
        image: the image that they have.
        health: the check over HTTP; None for only that of the image or of the compose file.
        identity: the request that shows which version answers; None for none.
        restarts: the restarts of a container that serves already, which say nothing about this deployment.
    """

    host: str
    service: ComposeService
    image: DeployedImage
    health: HealthCheck | None = None
    identity: Identity | None = None
    restarts: int = 0

    @property
    def place(self) -> str:
        """The service and its host, for messages."""
        return f"{self.service.service} on {machine(self.host)}"

    def pinned(self, host: Host) -> bool:
        """Return whether the pin file on the host has the image."""
        pins = pins_in(host.read(self.service.pin_path) or "")
        return pins.get(self.service.service) == self.image.reference

    def settings(self, host: Host) -> str | None:
        """Return the fingerprint of the settings in the compose files; None if another image is pinned.

        A file that a person saves before this run writes something again is for the next deployment.
        """
        return config_hash(host, self.service) if self.pinned(host) else None

    def started(self, host: Host) -> bool:
        """Return whether enough containers with the image and the settings of the compose files were started."""
        wanted = self.wanted(host, self.settings(host))
        return sum(each.status not in ENDED for each in wanted) >= self.service.replicas

    def recorded(self, record: DeployRecord, wanted: Sequence[Container]) -> bool:
        """Return whether one of the containers `wanted` is the one that was verified last, with the image."""
        last = record.last
        return last is not None and last.image == self.image and last.container in {each.id for each in wanted}

    def wanted(self, host: Host, settings: str | None) -> tuple[Container, ...]:
        """Return the containers that have the image and `settings`, also those that ended."""
        return self.sorted(host, settings)[0]

    def sorted(self, host: Host, settings: str | None) -> tuple[tuple[Container, ...], tuple[Container, ...]]:
        """Return the wanted containers of the service, and all its other containers."""
        found = host.containers.labelled(self.service.labels)
        wanted = [each for each in found if each.labels.get(CONFIG_HASH) == settings and self._has_image(host, each)]
        return tuple(wanted), tuple(each for each in found if each not in wanted)

    def _has_image(self, host: Host, container: Container) -> bool:
        image = host.containers.image_of(container.id)
        names = (image.reference, *image.digests) if image else ()
        return any(name.endswith(f"@{self.image.digest}") for name in names)

    def problem(self, host: Host, container: Container) -> str | None:
        """Return the first problem of a container that runs, as its checks show it; None if it has none."""
        if ended := self.ended(container):
            return ended
        if not container.running or container.health == "starting":
            return f"container `{container.name}` is {container.health or container.status}"
        for check in self._checks():
            answer = host.get(f"http://{container.address}:{self.service.port}{check.path}")
            if problem := check.problem(answer):
                return problem
        return None

    def ended(self, container: Container) -> str | None:
        """Return the reason why a container will not become healthy; None while it can."""
        known = container.restarts if container.restarts <= self.restarts else 0
        return replace(container, restarts=container.restarts - known).problem

    def _checks(self) -> Iterator[HealthCheck | Identity]:
        yield from (check for check in (self.health, self.identity) if check is not None)

    def logs(self, host: Host, containers: tuple[Container, ...]) -> str:
        """Return the end of the log of the first container with a problem, or else of the first container."""
        first = next((each for each in containers if self.ended(each)), next(iter(containers), None))
        return host.containers.logs(first.id, limits.DEPLOY_LOG) if first else ""

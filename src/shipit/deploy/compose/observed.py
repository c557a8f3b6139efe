"""The state of a service on the hosts of a target, and functions that read facts from it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.config.targets import ComposeServiceConfig
from shipit.core.deploy import PIN_FILE, ComposeService, Container, DeployedImage, DeployRecord
from shipit.deploy.base import DeployTarget, Goal, HostState
from shipit.deploy.checks import health_check, identity_check
from shipit.finding import Finding
from shipit.steps.compose import CONFIG_FILES, CONFIG_HASH, ComposeModelService, Replicas

ComposeTarget = DeployTarget[ComposeServiceConfig]


class ObservedReplica(Struct, frozen=True):
    """A container of the service.

    Args:
        container: the container.
        image: the image that it was created from; None if its digest is not known.
        problem: the reason why it is not healthy; empty if it is.
    """

    container: Container
    image: DeployedImage | None
    problem: str = ""


class ObservedComposeHost(Struct, frozen=True):
    """The state of one host.

    Args:
        host: its address.
        service: the service, as the compose files of the host describe it.
        model: the keys of the service in the compose files.
        replicas: all containers of the service, also those that do not run.
        settings: the fingerprint of the settings with the image that is pinned.
        pins: the image of each service in the pin file.
        edited: True when another program changed the pin file.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
    """

    host: str
    service: ComposeService
    model: ComposeModelService
    replicas: tuple[ObservedReplica, ...]
    settings: str
    pins: Mapping[str, str]
    edited: bool
    record: DeployRecord
    locked_by: str = ""

    @property
    def pin(self) -> str:
        """The image that is pinned; empty if none is."""
        return self.pins.get(self.service.service, "")

    @property
    def running(self) -> tuple[ObservedReplica, ...]:
        """The containers that run."""
        return tuple(each for each in self.replicas if each.container.running)

    @property
    def serving(self) -> ObservedReplica | None:
        """The container whose image counts as the one that serves, if several run: that of the last verified image."""
        last = self.record.current
        verified = (each for each in self.running if each.image and last and each.image.digest == last.digest)
        return next(verified, next(iter(self.running), None))

    @property
    def single(self) -> str:
        """The key of the compose file because of which two containers cannot run beside each other; empty for none."""
        ports = [str(port.get("published", "")) for port in self.model.ports if isinstance(port, dict)]
        if any(port and "-" not in port for port in ports):
            return "ports"
        if self.model.container_name:
            return "container_name"
        return "network_mode" if self.model.network_mode == "host" else ""

    def serves(self, image: DeployedImage) -> bool:
        """Return whether only healthy containers of `image` with the settings of the compose files exist."""
        return (
            len(self.replicas) >= self.service.replicas
            and all(self.is_new(each, image) for each in self.replicas)
            and not any(each.problem for each in self.replicas)
        )

    def is_new(self, replica: ObservedReplica, image: DeployedImage) -> bool:
        """Return whether a container has `image`, pinned, and the settings of the compose files."""
        has_image = replica.image is not None and replica.image.digest == image.digest
        same_settings = replica.container.labels.get(CONFIG_HASH) == self.settings
        return has_image and same_settings and self.pin == image.reference

    def old(self, rejected: Goal) -> tuple[ObservedReplica, ...]:
        """Return the containers that run and were not started by an interrupted deployment of `rejected`."""
        last, image = self.record.last, rejected.image
        verified = last.container if last and self.host not in rejected.unfinished else ""
        return tuple(each for each in self.running if each.container.id == verified or not self._started(each, image))

    def _started(self, replica: ObservedReplica, image: DeployedImage) -> bool:
        """Return whether a deployment of `image` started a container, also if another image is pinned since then."""
        has_image = replica.image is not None and replica.image.digest == image.digest
        same_settings = self.pin != image.reference or self.is_new(replica, image)
        return has_image and same_settings and PIN_FILE in replica.container.labels.get(CONFIG_FILES, "")


class ObservedCompose(Struct, frozen=True):
    """The state of all hosts of a target, in two forms, and the problems that were found."""

    target: ComposeTarget
    host_details: tuple[ObservedComposeHost, ...]
    hosts: tuple[HostState, ...]
    findings: tuple[Finding, ...] = ()


def replicas_of(target: ComposeTarget, host: str, service: ComposeService, image: DeployedImage) -> Replicas:
    """Return the containers of `image` that shall serve, with their checks."""
    own = target.config.own
    return Replicas(host, service, image, health_check(own.health), identity_check(own.identity, image))

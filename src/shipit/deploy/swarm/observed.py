"""The state of a service, and the image that it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from shipit.config.targets import SwarmConfig
from shipit.core.deploy import PAUSED, DeployedImage, DeployRecord, Service, SwarmTask
from shipit.core.images import REVISION, VERSION
from shipit.deploy.base import DeployTarget, HostState
from shipit.errors import AuthError, RemoteError
from shipit.finding import Finding
from shipit.steps.deploy import read_record
from shipit.world import World
from shipit.world.hosts import Host

SwarmTarget = DeployTarget[SwarmConfig]
_SHOWN = 19  # characters of a digest


class ObservedSwarm(Struct, frozen=True):
    """The state of a service of a swarm, and the problems that were found.

    Args:
        target: the target.
        service: the service; None if there is none, or if the manager cannot be used.
        serving: the image that most of its tasks run; None if none runs, or if it has no digest.
        specified: the image in its specification; None if it has no digest.
        earlier: the other images of its last tasks, the newest first.
        record: the record of deployments.
        locked_by: the run that holds the lock; empty if it is free.
        reached: False when the manager cannot be used.
        findings: the problems.
    """

    target: SwarmTarget
    service: Service | None = None
    serving: DeployedImage | None = None
    specified: DeployedImage | None = None
    earlier: tuple[DeployedImage, ...] = ()
    record: DeployRecord = DeployRecord()
    locked_by: str = ""
    reached: bool = True
    findings: tuple[Finding, ...] = ()

    @property
    def hosts(self) -> tuple[HostState, ...]:
        """The state of the service, in the form that all kinds share; empty if the manager cannot be used."""
        return (self._state,) if self.reached else ()

    @property
    def _state(self) -> HostState:
        return HostState(
            host=self.target.config.hosts[0],
            serving=self.serving,
            since=max((task.since for task in self._running), default=""),
            problem=self._problem,
            drift=tuple(self._drift()),
            record=self.record,
            locked_by=self.locked_by,
        )

    @property
    def _running(self) -> tuple[SwarmTask, ...]:
        tasks = self.service.tasks if self.service else ()
        return tuple(task for task in tasks if task.runs)

    @property
    def _problem(self) -> str:
        name, service = self.target.config.service, self.service
        if service is None:
            return f"there is no service `{name}`"
        if service.update in PAUSED:
            return f"the update of service `{name}` is {service.update}: {service.update_message}"
        problem = service.unsettled(service.digest)
        return f"service `{name}`: {problem}" if problem else ""

    def _drift(self) -> Iterator[str]:
        """Yield a sentence if another image runs than was verified last."""
        last = self.record.current
        if last and self.serving and self.serving.digest != last.digest:
            yield f"{self.serving} runs, but {last} was verified last"
        if self.service and not self.service.digest:
            yield f"service `{self.service.name}` has the image `{self.service.image}` without a digest"


def observe_service(world: World, target: SwarmTarget, host: Host) -> ObservedSwarm:
    """Return the state of the service. Only reads."""
    service, record = host.services.find(target.config.service), read_record(host, target.record_path)
    running = Counter(task.digest for task in service.tasks if task.runs) if service else Counter[str]()
    digests = [task.digest for task in service.tasks] if service else []
    most = running.most_common(1)[0][0] if running else ""

    def image(digest: str) -> DeployedImage | None:
        return _image(world, target, service, record, digest) if service and digest else None

    serving, specified = image(most), image(service.digest) if service else None
    others = (image(digest) for digest in dict.fromkeys(digests) if digest != most)
    earlier = tuple(found for found in others if found)
    return ObservedSwarm(target, service, serving, specified, earlier, record, host.locked_by(target.state_path) or "")


def _image(world: World, target: SwarmTarget, service: Service, record: DeployRecord, digest: str) -> DeployedImage:
    """Return the image with a digest. Its version is in the service, in the record, or in the registry."""
    known = (service.deployed, *(event.image for event in reversed(record.events)))
    if found := next((image for image in known if image and image.digest == digest), None):
        return found
    remote = None
    with suppress(AuthError, RemoteError):  # the digest is known without it
        remote = world.registry.find(f"{target.image_name}@{digest}")
    labels = remote.labels if remote else {}
    return DeployedImage(target.image_name, digest, labels.get(VERSION) or digest[:_SHOWN], labels.get(REVISION, ""))

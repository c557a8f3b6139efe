"""The kind `swarm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec.structs import replace

from shipit.core.deploy import DeployedImage, DeployEvent, EventKind, machine
from shipit.core.duration import seconds
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.swarm.findings import service_findings
from shipit.deploy.swarm.observed import ObservedSwarm, SwarmTarget, observe_service
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.deploy import AwaitUpdate, ConfirmService, RecordEvent, UpdateService
from shipit.world import World


class Swarm:
    """The kind `swarm`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: SwarmTarget) -> ObservedSwarm:
        host = world.hosts.at(target.config.hosts[0])
        problems = host.findings(target.config.directory) or host.services.findings()
        if problems:
            return ObservedSwarm(target, reached=False, findings=problems)
        found = observe_service(world, target, host)
        return replace(found, findings=tuple(service_findings(target, found.service)))

    def plan(self, target: SwarmTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        found = cast(ObservedSwarm, observed)
        if goal.rejected:
            yield _event(target, "held", goal.rejected, goal)
        if found.record.current != goal.image or found.service is None or found.service.unsettled(goal.image.digest):
            yield _event(target, "started", goal.image, goal)  # also shows that the record can be written
        yield from _update(target, goal.image, goal.by, bake=seconds(target.config.bake))
        if goal.image.digest in found.record.held:
            yield _event(target, "freed", goal.image, goal)

    def way_back(
        self, target: SwarmTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        found = cast(ObservedSwarm, now)
        image = _earlier(cast(ObservedSwarm, before), rejected.image)
        if image is None or found.service is None:
            return
        if any(task.began for task in found.service.of(rejected.image.digest)):
            yield _event(target, "held", rejected.image, rejected)
        yield from _update(target, image, rejected.by, bake=0, find=False)

    def test(self, world: World, target: SwarmTarget) -> Iterator[Finding]:
        yield from ()  # a plan checks everything already

    def logs(self, world: World, target: SwarmTarget, lines: int) -> list[tuple[str, str]]:
        host, name = world.hosts.at(target.config.hosts[0]), target.config.service
        service = host.services.find(name)
        if service is None:
            return []
        title = f"service {name} on {machine(host.address)}"
        found = [(title, host.services.logs(name, lines))]
        if failed := service.failure(service.digest):
            found.append((f"{title}, failed task {failed.id}", host.services.logs(name, lines, failed.id)))
        return found


def _update(target: SwarmTarget, image: DeployedImage, by: str, *, bake: float, find: bool = True) -> Iterator[Step]:
    """Yield the steps after which all tasks run `image`, and this is recorded."""
    config, host, within = target.config, target.config.hosts[0], seconds(target.config.within)
    monitor = seconds(config.monitor) if config.monitor else 0
    yield UpdateService(host, config.service, image, config.order or "", monitor, find)
    yield AwaitUpdate(host, config.service, image, within)
    yield ConfirmService(host, config.service, target.app, image, target.record_path, bake, within, by)


def _event(target: SwarmTarget, kind: EventKind, image: DeployedImage, goal: Goal) -> Step:
    why = goal.why if kind == "held" else ""
    return RecordEvent(target.config.hosts[0], target.record_path, DeployEvent(kind, image, by=goal.by, why=why))


def _earlier(before: ObservedSwarm, rejected: DeployedImage) -> DeployedImage | None:
    """Return the image to go back to; None if it is not known.

    It is the one that ran when the run began. If an interrupted run had already set the image that failed, it is the
    one that was verified last, or else the one of the tasks before it.
    """
    record = before.record
    known = (before.serving, before.specified, record.current, record.before(rejected.digest), *before.earlier)
    return next((image for image in known if image and image.digest != rejected.digest), None)

"""The kind `swarm`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec.structs import replace

from shipit.core.deploy import machine
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.swarm.findings import health_findings, service_findings
from shipit.deploy.swarm.observed import ObservedSwarm, SwarmTarget, observe_service
from shipit.deploy.swarm.plan import deploy_steps, way_back_steps
from shipit.finding import Finding
from shipit.steps.base import Step
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
        yield from deploy_steps(target, cast(ObservedSwarm, observed), goal)

    def way_back(
        self, target: SwarmTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        yield from way_back_steps(target, cast(ObservedSwarm, before), cast(ObservedSwarm, now), rejected)

    def test(self, world: World, target: SwarmTarget) -> Iterator[Finding]:
        service = world.hosts.at(target.config.hosts[0]).services.find(target.config.service)
        yield from health_findings(world, target, service)

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

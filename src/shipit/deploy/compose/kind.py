"""The kind `compose`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from shipit.core.deploy import machine
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.compose.observe import observe_host
from shipit.deploy.compose.observed import ComposeTarget, ObservedCompose, ObservedComposeHost
from shipit.deploy.compose.plan import ServicePlan, way_back_steps
from shipit.deploy.compose.proxy import proxy_findings
from shipit.deploy.compose.state import copied_compose_files, health_findings, host_state, service_findings
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.world import World


class Compose:
    """The kind `compose`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: ComposeTarget) -> ObservedCompose:
        hosts: list[ObservedComposeHost] = []
        copied, missing = copied_compose_files(world.git, target.config)
        findings: list[Finding] = [*missing]
        for address in target.config.hosts:
            host = world.hosts.at(address)
            if problems := host.findings(target.config.directory):
                findings += problems
                continue
            seen = observe_host(host, target, copied, world.clock.sleep)
            if isinstance(seen, Finding):
                findings.append(seen)
            else:
                hosts.append(seen)
                findings += (*service_findings(target, seen), *proxy_findings(host, seen))
        states = tuple(host_state(host) for host in hosts)
        return ObservedCompose(target, tuple(hosts), states, tuple(findings))

    def plan(self, target: ComposeTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        for host in cast(ObservedCompose, observed).host_details:
            yield from ServicePlan(target, host, goal).deploy()

    def way_back(
        self, target: ComposeTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        earlier = {host.host: host for host in cast(ObservedCompose, before).host_details}
        for host in cast(ObservedCompose, now).host_details:
            yield from way_back_steps(target, earlier[host.host], host, rejected)

    def test(self, world: World, target: ComposeTarget) -> Iterator[Finding]:
        for host in self.observe(world, target).host_details:
            yield from health_findings(host)

    def logs(self, world: World, target: ComposeTarget, lines: int) -> list[tuple[str, str]]:
        found = []
        for host in self.observe(world, target).host_details:
            containers = world.hosts.at(host.host).containers
            for each in host.replicas:
                title = f"{each.container.name} on {machine(host.host)}: {each.image or '?'}, {each.container.status}"
                found.append((title, containers.logs(each.container.id, lines)))
        return found

"""The kind `blue-green`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from msgspec.structs import replace

from shipit.core.deploy import SLOTS, machine
from shipit.deploy.base import Goal, ObservedTarget
from shipit.deploy.blue_green.observe import observe_host
from shipit.deploy.blue_green.observed import ObservedBlueGreen, ObservedBlueGreenHost
from shipit.deploy.blue_green.plan import HostPlan
from shipit.deploy.blue_green.settings import BlueGreenTarget, container_name, nginx_settings
from shipit.deploy.blue_green.state import host_state, slot_findings
from shipit.deploy.blue_green.way_back import container_steps, slot_before, way_back_steps
from shipit.finding import Finding
from shipit.steps.base import Step
from shipit.steps.blue_green import nginx_runs, nginx_test
from shipit.world import World


class BlueGreen:
    """The kind `blue-green`; `shipit.deploy.base.TargetKind` describes the methods."""

    def observe(self, world: World, target: BlueGreenTarget) -> ObservedBlueGreen:
        hosts: list[ObservedBlueGreenHost] = []
        findings: list[Finding] = []
        for address in target.config.hosts:
            problems, seen = _observe(world, target, address)
            findings += problems
            hosts += [seen] if seen else []
        findings += (finding for host in hosts for finding in slot_findings(target, host))
        states = tuple(host_state(target, host) for host in hosts)
        return ObservedBlueGreen(target, tuple(hosts), states, tuple(findings))

    def plan(self, target: BlueGreenTarget, observed: ObservedTarget, goal: Goal) -> Iterator[Step]:
        if goal.container:
            for each in cast(ObservedBlueGreen, observed).host_details:
                yield from container_steps(target, each, goal, each.replaced or goal.container)
            return
        hosts = [HostPlan(target, each, goal) for each in cast(ObservedBlueGreen, observed).host_details]
        for host in hosts:
            yield from host.repair()
        for host in hosts:
            yield from host.prepare(first=host is hosts[0])
        for phase in (HostPlan.switch, HostPlan.finish):
            for host in hosts:
                yield from phase(host)

    def way_back(
        self, target: BlueGreenTarget, before: ObservedTarget, now: ObservedTarget, rejected: Goal
    ) -> Iterator[Step]:
        earlier = {host.host: host for host in cast(ObservedBlueGreen, before).host_details}
        for host in cast(ObservedBlueGreen, now).host_details:
            if slot := slot_before(target, earlier[host.host], rejected):
                yield from way_back_steps(target, earlier[host.host], host, slot, rejected)

    def test(self, world: World, target: BlueGreenTarget) -> Iterator[Finding]:
        for address in target.config.hosts:
            yield from nginx_test(world.hosts.at(address), nginx_settings(target))

    def logs(self, world: World, target: BlueGreenTarget, lines: int) -> list[tuple[str, str]]:
        found = []
        for address in target.config.hosts:
            containers = world.hosts.at(address).containers
            for name in (container_name(target, slot) for slot in SLOTS):
                if container := containers.find(name):
                    version = container.image.version if container.image else "?"
                    found.append(
                        (f"{name} on {machine(address)}: {version}, {container.status}", containers.logs(name, lines))
                    )
        return found


def _observe(
    world: World, target: BlueGreenTarget, address: str
) -> tuple[tuple[Finding, ...], ObservedBlueGreenHost | None]:
    """Return the problems of a host, and its state; None if the host cannot be used."""
    host, nginx = world.hosts.at(address), nginx_settings(target)
    asking_nginx = host.begin(lambda: tuple(nginx_runs(host, nginx)))
    observing = host.begin(lambda: observe_host(host, target, nginx, world.clock.sleep))
    if problems := host.findings(target.config.directory):
        return problems, None
    of_nginx = asking_nginx()
    return of_nginx, replace(observing(), nginx_problem=of_nginx[0].what if of_nginx else "")

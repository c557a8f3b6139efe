"""The problems of a service that stop a deployment, or that its users would notice."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core.deploy import Service, machine
from shipit.core.images import Reference
from shipit.deploy.swarm.observed import SwarmTarget
from shipit.errors import ConfigError
from shipit.finding import Finding
from shipit.world import World


def service_findings(target: SwarmTarget, service: Service | None) -> Iterator[Finding]:
    """Yield the problems of the service of a target."""
    name, host = target.config.service, target.config.hosts[0]
    if service is None:
        what = f"the swarm of {machine(host)} has no service `{name}`"
        fix = f"create it once: docker service create --name {name} {target.image_name}"
        yield Finding("swarm-service", what, fix)
        return
    if not _is_same(service.image, target.image_name):
        what = f"service `{name}` runs `{service.image.partition('@')[0]}`, not `{target.image_name}`"
        change = f"docker service update --image {target.image_name} {name}"
        fix = f"set `service` to the right one, or change it once: {change}"
        yield Finding("swarm-image", what, fix)
    yield from _order_findings(target, service)


def health_findings(world: World, target: SwarmTarget, service: Service | None) -> Iterator[Finding]:
    """Yield a warning if the image that the service has now runs without a health check."""
    if service is None or target.config.health == "none" or service.health_check is not None:
        return
    found = world.registry.find(service.image)
    if found and not found.health_check:
        what = f"neither service `{service.name}` nor its image has a health check"
        fix = 'add a `HEALTHCHECK` to the Dockerfile, or set `health = "none"` of the target'
        yield Finding("swarm-health-check", what, fix, "warning")


def _is_same(image: str, name: str) -> bool:
    """Return whether two references name the same repository; a service can also have the id of an image."""
    try:
        found, wanted = Reference.parse(image), Reference.parse(name)
    except ConfigError:
        return False
    return (found.registry, found.repository) == (wanted.registry, wanted.repository)


def _order_findings(target: SwarmTarget, service: Service) -> Iterator[Finding]:
    """Yield a finding if the update could not end, or if old tasks end first although the target does not say so."""
    order = target.config.order or service.order
    full = service.replicas is None or service.replicas >= service.nodes
    if order == "start-first" and service.host_ports and full:
        ports = " and ".join(map(str, service.host_ports))
        what = (
            f"service `{service.name}` publishes port {ports} on each node (mode `host`), and has a task on every "
            "node: with `start-first` no new task can start, and the update never ends"
        )
        yield Finding("swarm-order", what, 'set `order = "stop-first"` of the target, or add a node')
    if order == "stop-first" and target.config.order is None:
        what = f"service `{service.name}` ends each old task before the new one starts (`stop-first`)"
        if service.replicas == 1:
            what += ", so that nothing answers until the new task is healthy"
        fix = 'set `order = "start-first"` of the target, or `order = "stop-first"` to keep this order'
        yield Finding("swarm-order", what, fix, "warning")

"""The nginx in a compose project that keeps the address of a container after this container is gone."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.core import limits
from shipit.core.deploy import Container, machine, names_looked_up_once
from shipit.deploy.compose.observed import ObservedComposeHost
from shipit.errors import ShipitError
from shipit.finding import Finding
from shipit.world.hosts import Host

_MASTER = "nginx: master process"


def proxy_findings(host: Host, observed: ObservedComposeHost) -> Iterator[Finding]:
    """Yield a finding for each nginx in the project that looks up the name of the service only when it starts."""
    service = observed.service
    if observed.single:
        return
    for container in host.containers.labelled({"com.docker.compose.project": service.project}):
        if container.running and service.service in _names(host, container):
            what = (
                f"nginx in `{container.name}` on {machine(host.address)} looks up `{service.service}` only when it "
                "starts, so it would send all requests to the container that is removed"
            )
            fix = f'add `resolver 127.0.0.11 valid=1s;` and `set $name "{service.service}:{service.port}";`'
            yield Finding("compose-proxy", what, f"{fix} to its site, and write `proxy_pass http://$name;`")


def _names(host: Host, container: Container) -> set[str]:
    """Return the names that the nginx in a container looks up only once; none if there is no nginx in it."""
    try:
        if not any(_MASTER in line for line in host.containers.processes(container.id)):
            return set()
        configuration = host.containers.execute(container.id, ["nginx", "-T"], timeout=limits.NGINX_COMMAND)
    except ShipitError:  # it ended at this moment, or has no such program
        return set()
    return names_looked_up_once(configuration.output)

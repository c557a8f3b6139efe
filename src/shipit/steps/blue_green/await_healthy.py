"""The step that waits until the new container is healthy: the gate before it gets traffic."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import Container, ContainerSpec, HealthCheck, Identity, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import Gate, log_of
from shipit.world import World
from shipit.world.hosts import Host

_SLOW = "; if it only needs longer to start, set a longer `within` in `health`"


class AwaitHealthy(Struct, frozen=True):
    """Wait until the container `spec` on `host` runs, and answers the checks a few times in a row.

    `health` is the check over HTTP; None for only that of the image, if it has one. `identity` is a second check, which
    shows that the answer comes from this version; None for none. A container that ends, is restarted or becomes
    unhealthy ends the wait at once.
    """

    kind: ClassVar[str] = "await-healthy"
    public: ClassVar[bool] = False
    host: str
    spec: ContainerSpec
    health: HealthCheck | None = None
    identity: Identity | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.name}"

    @property
    def summary(self) -> str:
        by = f"`{self.health.path}` succeeds {self.health.times} times in a row" if self.health else "it runs"
        return f"wait until {self.spec.name} on {machine(self.host)} is healthy: {by}, within {self._gate.within:g} s"

    @property
    def _gate(self) -> Gate:
        return Gate.of(self.health)

    def check(self, world: World) -> Done | Todo:
        host = world.hosts.at(self.host)
        return self._gate.check(lambda: self._look(host), world)

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.host)
        reason, too_late = self._gate.wait(lambda: self._look(host), world)
        if reason:
            raise self._failure(host, reason, world, too_late=too_late)
        return {}

    def _look(self, host: Host) -> tuple[str | None, str | None]:
        """Return the reason to give up, and the reason to wait on; both None when the container is healthy."""
        asking = host.begin(lambda: self._answers(host))
        found = host.containers.find(self.spec.name)
        if found is None or not self.spec.is_of(found):
            return f"container `{self.spec.name}` is gone: another program removed or replaced it", None
        if found.problem:
            return found.problem, None
        if not found.running or found.health == "starting":
            return None, f"container `{self.spec.name}` is {found.health or found.status}"
        if self.spec.host_port and not self._owns_port(found):
            return f"port {self.spec.host_port} does not lead to container `{self.spec.name}`", None
        return None, asking()

    def _owns_port(self, found: Container) -> bool:
        """Return whether the port that is asked belongs to the container, so that no other process answers for it."""
        return found.ports.get(self.spec.port) == self.spec.host_port

    def _answers(self, host: Host) -> str | None:
        """Return the problem of the first check that fails; None if all succeed."""
        for check in (self.health, self.identity):
            if check is not None:
                answer = host.get(f"http://127.0.0.1:{self.spec.host_port}{check.path}")
                if problem := check.problem(answer):
                    return problem
        return None

    def _failure(self, host: Host, reason: str, world: World, *, too_late: bool) -> DeployError:
        within = f" within {self._gate.within:g} seconds" if too_late else ""
        log = log_of(self.spec, host, world)
        no_log = "" if log else f"the app wrote no log; check `container.port` ({self.spec.port}); "
        return DeployError(
            f"{self.spec.image} did not become healthy on {machine(host.address)}{within}: {reason}",
            hint=f"{no_log}fix the app or its settings, then deploy again"
            + (_SLOW if too_late and self.health else ""),
            tail=log,
        )

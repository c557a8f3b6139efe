"""The step that waits until the new containers of a service are healthy: the gate before the old ones are removed."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import Replicas
from shipit.steps.deploy import Gate
from shipit.world import World
from shipit.world.hosts import Host

_SLOW = "; if it only needs longer to start, set a longer `within` in `health`"


class AwaitReplicas(Struct, frozen=True):
    """Wait until all containers of `replicas` run, and answer their checks a few times in a row.

    A container that ends, is restarted or becomes unhealthy ends the wait at once.
    """

    kind: ClassVar[str] = "await-replicas"
    public: ClassVar[bool] = False
    replicas: Replicas

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        health = self.replicas.health
        by = f"`{health.path}` succeeds {health.times} times in a row" if health else "it runs"
        return f"wait until the new {self.replicas.place} is healthy: {by}, within {self._gate.within:g} s"

    @property
    def _gate(self) -> Gate:
        return Gate.of(self.replicas.health)

    def check(self, world: World) -> Done | Todo:
        host = world.hosts.at(self.replicas.host)
        settings = self.replicas.settings(host)
        return self._gate.check(lambda: self._look(host, settings), world)

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.replicas.host)
        settings = self.replicas.settings(host)
        reason, too_late = self._gate.wait(lambda: self._look(host, settings), world)
        if reason:
            within = f" within {self._gate.within:g} seconds" if too_late else ""
            raise DeployError(
                f"service {self.replicas.place} did not become healthy with {self.replicas.image}{within}: {reason}",
                hint="fix the app or its settings, then deploy again" + (_SLOW if too_late else ""),
                tail=self.replicas.logs(host, self.replicas.wanted(host, settings)),
            )
        return {}

    def _look(self, host: Host, settings: str | None) -> tuple[str | None, str | None]:
        """Return the reason to give up, and the reason to wait on; both None when all containers are healthy."""
        found = self.replicas.wanted(host, settings)
        if len(found) < self.replicas.service.replicas:
            return f"a new container of {self.replicas.place} is gone: another program removed it", None
        if ended := next(filter(None, map(self.replicas.ended, found)), None):
            return ended, None
        return None, next(filter(None, (self.replicas.problem(host, each) for each in found)), None)

"""The step that watches the new containers of a service while the old ones still run."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import Replicas
from shipit.steps.deploy import FIX_AND_DEPLOY, Seen, watch
from shipit.world import World
from shipit.world.hosts import Host


class WatchReplicas(Struct, frozen=True):
    """Watch the containers `replicas` for `bake` seconds, in which the proxy also learns their addresses."""

    kind: ClassVar[str] = "watch-replicas"
    public: ClassVar[bool] = True
    replicas: Replicas
    bake: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        return f"let the old and the new {self.replicas.place} serve for {self.bake:g} s, and watch the new one"

    def check(self, world: World) -> Done | Todo:
        """Return whether this run watched them, or the old containers are gone; the world does not show how long."""
        if world.process.ran(repr(self)):
            return Done()
        host = world.hosts.at(self.replicas.host)
        _, others = self.replicas.sorted(host, self.replicas.settings(host))
        return Todo() if any(each.running for each in others) else Done()

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.replicas.host)
        if problem := watch_replicas(host, self.replicas, self.bake, world):
            raise DeployError(
                f"service {self.replicas.place} failed while {self.replicas.image} was watched: {problem}",
                hint=FIX_AND_DEPLOY,
                tail=self.replicas.logs(host, self.replicas.wanted(host, self.replicas.settings(host))),
            )
        world.process.record(repr(self))
        return {}


def watch_replicas(host: Host, replicas: Replicas, bake: float, world: World) -> str:
    """Watch the containers `replicas` for `bake` seconds, and return why they failed; empty if they did not."""
    settings = replicas.settings(host)

    def look() -> Seen:
        found = replicas.wanted(host, settings)
        if len(found) < replicas.service.replicas:
            return Seen(f"a container of {replicas.place} is gone: another program removed it", True)
        if ended := next(filter(None, map(replicas.ended, found)), None):
            return Seen(ended, True)
        return Seen(next(filter(None, (replicas.problem(host, each) for each in found)), ""))

    return watch(look, bake, world).problem

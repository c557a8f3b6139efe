"""The step that removes the old containers of a service."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import Container
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import Replicas
from shipit.world import World
from shipit.world.hosts import Host


class RemoveReplicas(Struct, frozen=True):
    """Stop and remove all containers of a service, except `replicas`, each by its id.

    Compose is not asked to do it: it would remove the new ones. With `keep`, the containers with these ids stay instead
    of `replicas`. Nothing is removed unless enough of them run. `seconds` is the time between SIGTERM and SIGKILL.
    """

    kind: ClassVar[str] = "remove-replicas"
    public: ClassVar[bool] = True
    replicas: Replicas
    seconds: int
    keep: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        which = "new" if self.keep else "old"
        return f"stop the {which} {self.replicas.place}, at most {self.seconds} s for its last requests, and remove it"

    def check(self, world: World) -> Done | Todo:
        return Todo() if self._sorted(world.hosts.at(self.replicas.host))[1] else Done()

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.replicas.host)
        kept, others = self._sorted(host)
        running = sum(each.running for each in kept)
        if running < self.replicas.service.replicas:
            what = f"only {running} of {self.replicas.service.replicas} containers of {self.replicas.place} run"
            raise DeployError(f"{what}, so no container was removed", hint="run the same command again")
        for container in others:
            if container.running:
                host.containers.stop(container.id, seconds=self.seconds)
            host.containers.remove(container.id)
        return {}

    def _sorted(self, host: Host) -> tuple[tuple[Container, ...], tuple[Container, ...]]:
        if not self.keep:
            return self.replicas.sorted(host, self.replicas.settings(host))
        found = host.containers.labelled(self.replicas.service.labels)
        kept = tuple(each for each in found if each.id in self.keep)
        return kept, tuple(each for each in found if each not in kept)

"""The step that starts new containers of a service beside the old ones."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.project import compose_failure, start_containers
from shipit.steps.compose.replicas import ENDED, Replicas
from shipit.world import World


class StartReplicas(Struct, frozen=True):
    """Let compose start the containers `replicas` beside those that run. `lock` is the path of a file to lock.

    Containers of the service that do not run are removed first, because compose would start them again.
    """

    kind: ClassVar[str] = "start-replicas"
    public: ClassVar[bool] = True
    replicas: Replicas
    lock: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        count = self.replicas.service.replicas
        containers = "a container" if count == 1 else f"{count} containers"
        return f"start {containers} of {self.replicas.place} beside the old: {self.replicas.image}"

    def check(self, world: World) -> Done | Todo:
        return Done() if self.replicas.started(world.hosts.at(self.replicas.host)) else Todo()

    def apply(self, world: World) -> Outputs:
        host, service = world.hosts.at(self.replicas.host), self.replicas.service
        wanted, others = self.replicas.sorted(host, self.replicas.settings(host))
        for container in (*wanted, *others):
            if container.status in ENDED:
                host.containers.remove(container.id)
        running = [each for each in (*wanted, *others) if each.status not in ENDED]
        missing = service.replicas - len([each for each in wanted if each in running])
        if missing > 0:
            scale = f"{service.service}={len(running) + missing}"
            done = start_containers(host, service, ["--no-recreate", "--scale", scale], self.lock)
            if done.status != 0:
                raise compose_failure(f"compose cannot start {self.replicas.place}", done)
        return {}

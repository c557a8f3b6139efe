"""The step that runs a command in the new image of a service before its new containers start, such as a migration."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.project import run_once
from shipit.steps.compose.replicas import Replicas
from shipit.steps.deploy import record_migration
from shipit.world import World


class MigrateService(Struct, frozen=True):
    """Run `command` in a container of its own, with the pinned image and the settings of the service of `replicas`.

    It is done if this process has run it, or if the new containers were started after it. So an interrupted deployment
    can run it twice.
    """

    kind: ClassVar[str] = "migrate-service"
    public: ClassVar[bool] = False
    replicas: Replicas
    command: tuple[str, ...]
    timeout: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.project}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        return f"run `{' '.join(self.command)}` in {self.replicas.image} for {self.replicas.place}"

    @property
    def _key(self) -> str:
        return repr(self)

    def check(self, world: World) -> Done | Todo:
        host = world.hosts.at(self.replicas.host)
        return Done() if world.process.ran(self._key) or self.replicas.started(host) else Todo()

    def apply(self, world: World) -> Outputs:
        host, service = world.hosts.at(self.replicas.host), self.replicas.service
        name = f"{service.project}-{service.service}-migrate"
        done = run_once(host, service, self.command, name, self.timeout)
        record_migration(self._key, self.command, self.replicas.image, self.replicas.host, done, world)
        return {}

"""The step that starts the new container of an app."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import ContainerSpec, NginxSettings, machine
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.blue_green.traffic import loaded_traffic
from shipit.steps.deploy import container_environment
from shipit.world import World


class StartContainer(Struct, frozen=True):
    """Start the container `spec` on `host`. It gets no traffic yet.

    A container of that name with another image or other settings is removed, unless `nginx` gives it the traffic.
    `removes_other` is True if shipit did not start that container, so that the plan says that it is removed.
    """

    kind: ClassVar[str] = "start-container"
    public: ClassVar[bool] = False
    host: str
    spec: ContainerSpec
    nginx: NginxSettings
    removes_other: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.name}"

    @property
    def summary(self) -> str:
        removed = "; removes the container of this name, which shipit did not start" if self.removes_other else ""
        return f"start {self.spec.name} on {machine(self.host)}: {self.spec.image}, port {self.spec.host_port}{removed}"

    def check(self, world: World) -> Done | Todo:
        found = world.hosts.at(self.host).containers.find(self.spec.name)
        if not (found and self.spec.is_of(found) and found.running) or found.problem:
            return Todo()
        return Done() if found.ports.get(self.spec.port) == self.spec.host_port else Todo()

    def apply(self, world: World) -> Outputs:
        host = world.hosts.at(self.host)
        loaded = loaded_traffic(host, self.nginx)
        if loaded and loaded.slot == self.spec.slot:
            what = (
                f"another program gave the traffic to {self.spec.name} on {machine(self.host)}, so it was not replaced"
            )
            hint = "run the same command again; if it applies a saved plan, make a new plan"
            raise ConflictError(what, hint=hint, state="nothing was deployed")
        env = container_environment(self.spec, world)
        host.containers.start(self.spec, env)
        return {}

"""The step that starts the new container of an app."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import ContainerSpec, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy.environment import container_environment
from shipit.world import World


class StartContainer(Struct, frozen=True):
    """Start the container `spec` on `host`. It gets no traffic yet.

    A container of that name with another image or other settings is removed; the plan makes sure that it gets no
    traffic.
    """

    kind: ClassVar[str] = "start-container"
    public: ClassVar[bool] = False
    host: str
    spec: ContainerSpec

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.spec.name}"

    @property
    def summary(self) -> str:
        return f"start {self.spec.name} on {machine(self.host)}: {self.spec.image}, port {self.spec.host_port}"

    def check(self, world: World) -> Done | Todo:
        found = world.hosts.at(self.host).containers.find(self.spec.name)
        return Done() if self.spec.is_of(found) and found and found.running and not found.problem else Todo()

    def apply(self, world: World) -> Outputs:
        env = container_environment(self.spec, world)
        world.hosts.at(self.host).containers.start(self.spec, env)
        return {}

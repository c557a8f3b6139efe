"""The step that stops a container that gets no traffic."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class RetireContainer(Struct, frozen=True):
    """Stop the container `name` on `host`, which gets no traffic. It is kept for a rollback and for its log.

    `seconds` is the time between SIGTERM and SIGKILL.
    """

    kind: ClassVar[str] = "retire-container"
    public: ClassVar[bool] = True
    host: str
    name: str
    seconds: int

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.name}"

    @property
    def summary(self) -> str:
        return f"stop {self.name} on {machine(self.host)} and keep it"

    def check(self, world: World) -> Done | Todo:
        found = world.hosts.at(self.host).containers.find(self.name)
        return Todo() if found and found.status in ("running", "restarting", "paused") else Done()

    def apply(self, world: World) -> Outputs:
        world.hosts.at(self.host).containers.stop(self.name, seconds=self.seconds)
        return {}

"""The step that starts a stopped container again, on the way back to it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class ResumeContainer(Struct, frozen=True):
    """Start the stopped container `name` on `host` again, with the image and the settings that it has."""

    kind: ClassVar[str] = "resume-container"
    public: ClassVar[bool] = False
    host: str
    name: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.name}"

    @property
    def summary(self) -> str:
        return f"start {self.name} on {machine(self.host)} again"

    def check(self, world: World) -> Done | Todo:
        found = world.hosts.at(self.host).containers.find(self.name)
        return Done() if found and found.running else Todo()

    def apply(self, world: World) -> Outputs:
        world.hosts.at(self.host).containers.restart(self.name)
        return {}

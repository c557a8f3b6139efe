"""The step that writes the name of the active slot into a file that other scripts read."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class WriteMarker(Struct, frozen=True):
    """Write the active slot into the marker, the file `path` on `host`, which other scripts read."""

    kind: ClassVar[str] = "write-marker"
    public: ClassVar[bool] = True
    host: str
    path: str
    slot: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.path}"

    @property
    def summary(self) -> str:
        return f"write `{self.slot}` to {self.path} on {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        return Done() if (world.hosts.at(self.host).read(self.path) or "").strip() == self.slot else Todo()

    def apply(self, world: World) -> Outputs:
        world.hosts.at(self.host).write(self.path, f"{self.slot}\n")
        return {}

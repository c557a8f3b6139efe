"""The step that pulls an image to a host."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage, machine
from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class PullImage(Struct, frozen=True):
    """Pull `image` by its digest to `host`."""

    kind: ClassVar[str] = "pull-image"
    public: ClassVar[bool] = False
    host: str
    image: DeployedImage

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.image.reference}"

    @property
    def summary(self) -> str:
        return f"pull {self.image.name} {self.image} to {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        return Done() if world.hosts.at(self.host).containers.has_image(self.image.reference) else Todo()

    def apply(self, world: World) -> Outputs:
        containers = world.hosts.at(self.host).containers
        containers.pull(self.image.reference)
        if not containers.has_image(self.image.reference):
            hint = "run the same command again; if it fails again, check the disk space of the host"
            raise RemoteError(
                f"`{self.image.reference}` was pulled to {machine(self.host)}, but is not there", hint=hint
            )
        return {}

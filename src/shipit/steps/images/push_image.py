"""The step that pushes an image under a permanent tag, such as `1.4.0`."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.origin import Origin, digest_output
from shipit.world import World


class PushImage(Struct, frozen=True):
    """Push the image `reference`, first its content and then its tag, and check it in the registry."""

    kind: ClassVar[str] = "push-image"
    public: ClassVar[bool] = True
    reference: str
    origin: Origin

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        return f"push {self.reference}"

    def check(self, world: World) -> Done | Todo:
        return self.origin.pushed(self.reference, world)

    def apply(self, world: World) -> Outputs:
        pushed = world.engine.push(self.reference)
        found = world.registry.find(self.reference)
        if found is None:
            raise RemoteError(
                f"`{self.reference}` was pushed as `{pushed}`, but the registry does not have it",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        # Another run for the same commit can have pushed its image meanwhile: use the digest that the registry has.
        return digest_output(self.reference, self.origin.require(self.reference, found, world))

"""The step that promotes an image: it gives an image of another environment a tag of this one."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.origin import Origin, digest_output
from shipit.world import World


class PromoteImage(Struct, frozen=True):
    """Make the permanent tag `reference` lead to the image `source`, which has the form `name@digest`."""

    kind: ClassVar[str] = "promote-image"
    public: ClassVar[bool] = True
    reference: str
    source: str
    origin: Origin

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        name, _, digest = self.source.partition("@")
        return f"push {self.reference}, which is {name}@{digest.removeprefix('sha256:')[:12]}"

    def check(self, world: World) -> Done | Todo:
        return self.origin.pushed(self.reference, world)

    def apply(self, world: World) -> Outputs:
        copied = world.registry.copy(self.source, self.reference)
        found = world.registry.find(self.reference)
        if found is None or found.digest != copied:
            raise RemoteError(
                f"`{self.reference}` was pushed, but the tag points to another image in the registry, not `{copied}`",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        return digest_output(self.reference, copied)

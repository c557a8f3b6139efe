"""Take over an image that was built for another environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.origin import Origin, digest_of
from shipit.world import World


@dataclass(frozen=True, slots=True)
class PromoteImage:
    """Make `reference`, a tag that never moves, lead to `source`, which is `name@digest`."""

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
                f"`{self.reference}` does not lead to `{copied}`, which was just put there",
                hint="run the same command again; if it stays so, the registry is not well",
                retryable=True,
            )
        return digest_of(self.reference, copied)

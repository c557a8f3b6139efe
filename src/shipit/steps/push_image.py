"""Push an image under a tag that never moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.origin import Origin, digest_of
from shipit.world import World


@dataclass(frozen=True, slots=True)
class PushImage:
    """Push the content, then the tag, and ask the registry what it holds now."""

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
                f"`{self.reference}` was pushed as `{pushed}`, and the registry does not have it",
                hint="run the same command again; if it stays so, the registry is not well",
                retryable=True,
            )
        # Another run of the same commit may have been quicker or slower: what the registry holds is the one.
        return digest_of(self.reference, self.origin.require(self.reference, found, world))

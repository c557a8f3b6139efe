"""Build an image and keep it in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.core.image import REVISION, Build
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.origin import Origin
from shipit.world import World


@dataclass(frozen=True, slots=True)
class BuildImage:
    """Build `reference` within `timeout` seconds.

    One that is to be `pushed` is not built again where the engine or the registry has it from the same commit.
    One for this machine alone is always built: what changed since without a commit, only the builder's cache knows.
    """

    kind: ClassVar[str] = "build-image"
    public: ClassVar[bool] = False
    reference: str
    build: Build
    origin: Origin
    timeout: float
    pushed: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        return f"build {self.reference}"

    def check(self, world: World) -> Done | Todo:
        if not self.pushed:
            return Todo()
        remote = world.registry.find(self.reference)
        if remote is not None and self.origin.made(remote.labels, world):
            return Done()
        local = world.engine.find(self.reference)
        return Done() if local and local.labels.get(REVISION) == self.origin.revision else Todo()

    def apply(self, world: World) -> Outputs:
        world.engine.build(self.reference, self.build, timeout=self.timeout)
        return {}

"""The step that builds an image in the container engine."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.images import REVISION, Build
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images.origin import Origin
from shipit.world import World


class BuildImage(Struct, frozen=True):
    """Build the image `reference` within `timeout` seconds.

    An image that will be `pushed` is not built again if the engine or the registry has it from the same commit. An
    image for this machine only is always built, because files can have changed without a commit; the cache of the
    builder skips the unchanged parts.

    If the registry has the tag with an image from another commit, `check` raises `ConflictError`. This is before
    anything is public.
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
        return f"{self.kind}:{self.reference}" + ("" if self.pushed else " here")

    @property
    def summary(self) -> str:
        return f"build {self.reference}"

    def check(self, world: World) -> Done | Todo:
        if not self.pushed:
            return Todo()
        remote = world.registry.find(self.reference)
        if remote is not None:
            self.origin.require(self.reference, remote, world)
            return Done()
        local = world.engine.find(self.reference)
        return Done() if local and local.labels.get(REVISION) == self.origin.id(world) else Todo()

    def apply(self, world: World) -> Outputs:
        revision = {REVISION: self.origin.id(world)} if self.pushed else {}
        labelled = replace(self.build, labels=self.build.labels | revision)
        world.engine.build(self.reference, labelled, timeout=self.timeout)
        return {}

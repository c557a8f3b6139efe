"""The step that tags the release commit through the API of the forge."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository import ReleaseCommit, require_tag_free
from shipit.world import World


class ForgeTag(Struct, frozen=True):
    """Make the annotated tag `name` on the release commit on the forge, and fetch it."""

    kind: ClassVar[str] = "forge-tag"
    public: ClassVar[bool] = True
    name: str
    message: str
    commit: ReleaseCommit

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def summary(self) -> str:
        return f"tag {self.name} through the API"

    def check(self, world: World) -> Done | Todo:
        remote = world.git.remote_refs()
        require_tag_free(self.name, self.commit.find(world), remote)
        return Done({"tag": self.name}) if self.name in remote.tags else Todo()

    def apply(self, world: World) -> Outputs:
        world.forge.create_tag(self.name, self.commit.require(world), self.message)
        world.git.fetch()
        return {"tag": self.name}

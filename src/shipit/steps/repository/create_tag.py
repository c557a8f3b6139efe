"""The step that tags the release commit in the local clone."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import OTHER_VERSION, ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.world import World


class CreateTag(Struct, frozen=True):
    """Make the annotated tag `name` on the release commit. A tag that is on another commit is never moved."""

    kind: ClassVar[str] = "create-tag"
    public: ClassVar[bool] = False
    name: str
    message: str
    commit: ReleaseCommit

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def summary(self) -> str:
        return f"tag {self.name}"

    @property
    def undo(self) -> str:
        """The command that undoes this step before the tag is pushed."""
        return f"git tag -d {self.name}"

    def check(self, world: World) -> Done | Todo:
        tagged = _local_tag(self.name, world)
        if tagged is None:
            return Todo()
        if tagged == self.commit.find(world):
            return Done({"tag": self.name})
        raise ConflictError(
            f"tag `{self.name}` exists already, on commit `{tagged[:10]}`",
            hint=f"if it is a release, merge it into this branch: git merge {self.name}; if not, delete it: "
            f"git tag -d {self.name}; {OTHER_VERSION}",
        )

    def apply(self, world: World) -> Outputs:
        target = self.commit.require(world)
        if _local_tag(self.name, world) != target:
            world.git.create_tag(self.name, target, self.message)
        return {"tag": self.name}


def _local_tag(name: str, world: World) -> str | None:
    """Return the id of the commit that the tag `name` of the clone is on; None without such a tag."""
    return next((tag.commit for tag in world.git.tags() if tag.name == name), None)

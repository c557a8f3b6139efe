"""Bring the local branch to the commit a release is planned on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import World


@dataclass(frozen=True, slots=True)
class SyncBranch:
    """Move branch, index and files from `leaves` to `to`, putting `restore` back first, and delete the tags `drops`.

    Only what a killed run of shipit left is undone: its files, its commit and its tags (name to commit) that
    were never pushed. `commit` is the release that is made on `to`: once it is there, this has served its
    purpose.
    """

    kind: ClassVar[str] = "sync-branch"
    public: ClassVar[bool] = False
    to: str
    leaves: str
    restore: tuple[str, ...] = ()
    commit: ReleaseCommit | None = None
    drops: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.to[:10]}"

    @property
    def summary(self) -> str:
        dropped = f", without {', '.join(self.drops)}, which was never pushed" if self.drops else ""
        return f"bring the local branch to {self.to[:10]}{dropped}"

    def check(self, world: World) -> Done | Todo:
        head = world.git.head()
        if head in (self.to, self.leaves):
            return Todo() if head != self.to or self._dropped(world) else Done()
        if self.commit is None or not self.commit.made(world):
            raise ConflictError(
                f"HEAD is `{(head or '')[:10]}`, but the plan was made at `{self.leaves[:10]}`",
                hint="plan afresh: shipit plan",
            )
        return Done()

    def apply(self, world: World) -> Outputs:
        world.git.move_branch(self.to, self.restore)
        for tag in self._dropped(world):
            world.git.delete_tag(tag)
        return {}

    def _dropped(self, world: World) -> list[str]:
        """Tags that are still where the killed run put them."""
        return [tag.name for tag in world.git.tags() if self.drops.get(tag.name) == tag.commit]

"""The step that moves the local branch to the commit that a release is planned on."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field

from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.world import World


class SyncBranch(Struct, frozen=True):
    """Move the local branch, the index and the files from commit `leaves` to commit `to`.

    This removes only the rest of an interrupted run: `restore` are the files that it wrote, which are first set back
    to HEAD, and `drops` are its tags that were never pushed, by name with their commits, which are deleted. `commit` is
    the release commit on top of `to`; if it exists, this step is no longer needed.
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
        dropped = (
            f", and delete the unpushed {'tag' if len(self.drops) == 1 else 'tags'} {', '.join(self.drops)}"
            if self.drops
            else ""
        )
        return f"move the local branch to {self.to[:10]}{dropped}"

    def check(self, world: World) -> Done | Todo:
        head = world.git.head()
        if head in (self.to, self.leaves):
            return Todo() if head != self.to or self._dropped(world) else Done()
        if self.commit is None or not self.commit.made(world):
            raise ConflictError(
                f"HEAD is `{(head or '')[:10]}`, but the plan was made on `{self.leaves[:10]}`",
                hint="make a new plan: shipit plan",
            )
        return Done()

    def apply(self, world: World) -> Outputs:
        world.git.move_branch(self.to, self.restore)
        for tag in self._dropped(world):
            world.git.delete_tag(tag)
        return {}

    def _dropped(self, world: World) -> list[str]:
        """Return the tags of `drops` that are still on the commits of the interrupted run."""
        return [tag.name for tag in world.git.tags() if self.drops.get(tag.name) == tag.commit]

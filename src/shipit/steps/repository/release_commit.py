"""The release commit, which is recognised by its parent and its header."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.commits.text.release_message import subject_of
from shipit.errors import ConflictError
from shipit.world import World


class ReleaseCommit(Struct, frozen=True):
    """The description of a release commit, by which it is found once it is made.

    `parent` is the commit that the release was planned on. `subject` is the header of the release commit; None for a
    release without a commit (`write-back = "none"`), which tags the parent itself. `tag` is one tag of the release, and
    `branch` is the branch that the commit is pushed to. `after` is set for the snapshot commit: the release commit
    before it, whose id becomes the parent once it is made. `releases` names the releases if `subject` is one of the
    user, and not the standard one.
    """

    parent: str
    subject: str | None
    tag: str
    branch: str | None = None
    after: ReleaseCommit | None = None
    releases: str = ""

    def find(self, world: World) -> str | None:
        """Return the id of the commit; None if it is not HEAD, not at the tag, and not the tip of the remote branch."""
        parent = self.base(world)
        if self.subject is None or parent is None:
            return parent
        for rev in ("HEAD", f"refs/tags/{self.tag}", world.git.tracked(self.branch) if self.branch else None):
            found = world.git.commit(rev) if rev else None
            if found and parent in found.parents[:1] and subject_of(found.message) == self.subject:
                return found.id
        return None

    def base(self, world: World) -> str | None:
        """Return the id of the parent of the commit; None if that is a commit which is not made yet."""
        return self.after.find(world) if self.after else self.parent

    def made(self, world: World) -> bool:
        """Return whether the steps before the release commit, such as files and builds, are no longer needed."""
        if self.subject is None:
            return any((tag.name, tag.commit) == (self.tag, self.parent) for tag in world.git.tags())
        return self.find(world) is not None

    def require(self, world: World) -> str:
        """Return the id of the commit. Raises `ConflictError` if it does not exist."""
        found = self.find(world)
        if found is None:
            raise ConflictError(
                f"there is no release commit `{self.subject}` on top of `{self.parent[:10]}`",
                hint="make a new plan: shipit plan",
            )
        return found

"""The commit a release is made of, recognised by its parent and its subject wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass

from shipit.core.commits.release_message import subject_of
from shipit.errors import ConflictError
from shipit.world import World


@dataclass(frozen=True, slots=True)
class ReleaseCommit:
    """Where to find the commit of a release.

    `parent` is the commit it was planned on. `subject` is its first line; None where a release writes
    nothing back, so that the parent itself is what is tagged. `tag` is one tag of the release, `branch`
    the branch it goes to. `after` is the release that the snapshot commit follows; its parent is known only
    once that is made.
    """

    parent: str
    subject: str | None
    tag: str
    branch: str | None = None
    after: ReleaseCommit | None = None

    def find(self, world: World) -> str | None:
        """Its id when it exists: as HEAD, at the tip of the remote branch, or behind the tag."""
        parent = self.base(world)
        if self.subject is None or parent is None:
            return parent
        for rev in ("HEAD", f"refs/tags/{self.tag}", world.git.tracked(self.branch) if self.branch else None):
            found = world.git.commit(rev) if rev else None
            if found and parent in found.parents[:1] and subject_of(found.message) == self.subject:
                return found.id
        return None

    def base(self, world: World) -> str | None:
        """The id of its parent."""
        return self.after.find(world) if self.after else self.parent

    def made(self, world: World) -> bool:
        """Whether what comes before the release commit (files, builds) has served its purpose."""
        if self.subject is None:
            return any((tag.name, tag.commit) == (self.tag, self.parent) for tag in world.git.tags())
        return self.find(world) is not None

    def require(self, world: World) -> str:
        """Its id; raises `ConflictError` when it does not exist."""
        found = self.find(world)
        if found is None:
            raise ConflictError(
                f"the release commit `{self.subject}` on `{self.parent[:10]}` is not there",
                hint="plan afresh: shipit plan",
            )
        return found

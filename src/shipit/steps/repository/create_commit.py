"""The step that makes the release commit in the local clone."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.commits.text.release_message import release_message
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.steps.repository.written_files import require_written
from shipit.world import World


class CreateCommit(Struct, frozen=True):
    """Commit the files `paths` on top of `commit.parent`; `body` is the body of the message: the release notes.

    `author` is in the form `Name <mail@example.org>`; None for the author that git is configured with.
    """

    kind: ClassVar[str] = "create-commit"
    public: ClassVar[bool] = False
    commit: ReleaseCommit
    body: str
    paths: tuple[str, ...]
    author: str | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.commit.subject}"

    @property
    def summary(self) -> str:
        return f"commit {self.commit.subject}"

    @property
    def undo(self) -> str | None:
        """The command that undoes this step before the commit is pushed; None for the commit after a release commit."""
        return None if self.commit.after else f"git reset --keep {self.commit.parent[:10]}"

    def check(self, world: World) -> Done | Todo:
        found = self.commit.find(world)
        if found:
            return Done({"commit": found})
        head, base = world.git.head(), self.commit.base(world)
        if base is not None and head != base:
            raise ConflictError(
                f"HEAD is `{(head or '')[:10]}`, but the plan was made on `{base[:10]}`",
                hint="make a new plan: shipit plan",
            )
        return Todo()

    def apply(self, world: World) -> Outputs:
        message = release_message(self.commit.subject or "", self.body, self.commit.releases)
        made = self.commit.find(world) or self._make(message, world)
        if self.commit.find(world) is None:
            world.git.adopt(self.commit.base(world) or self.commit.parent)
            raise ConflictError(
                f"a git hook changed the header `{self.commit.subject}`, by which shipit finds the release commit",
                hint="change the hook so that it ignores commits with the line `Released-by: shipit`, then run again",
            )
        return {"commit": made}

    def _make(self, message: str, world: World) -> str:
        require_written(self.paths, self.commit.base(world) or self.commit.parent, world)
        return world.git.create_commit(self.paths, message, self.author)

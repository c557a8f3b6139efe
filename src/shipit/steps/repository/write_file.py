"""The step that writes a version file or a changelog in the working tree."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from msgspec import Struct

from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.world import World


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of the bytes of `text`, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


class WriteFile(Struct, frozen=True):
    """Replace the content of the file `path` by `text`.

    `replaces` are the digests of the contents that can be overwritten: the committed one, and that of an interrupted
    run. An empty string means that the file does not exist. `commit` is the release commit that will contain the file;
    None for a file that is only written for a build. `diff` are the changed lines, for people; empty for the changelog,
    whose change is shown as the release notes.
    """

    kind: ClassVar[str] = "write-file"
    public: ClassVar[bool] = False
    path: str
    text: str
    replaces: tuple[str, ...]
    commit: ReleaseCommit | None
    diff: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.path}"

    @property
    def summary(self) -> str:
        return f"write {self.path}"

    def check(self, world: World) -> Done | Todo:
        current = world.files.digest(self.path) or ""
        if current == text_digest(self.text) or (self.commit and self.commit.made(world)):
            return Done()
        if current not in self.replaces:
            raise ConflictError(
                f"`{self.path}` changed since the plan was made",
                hint=f"see the change with `git diff {self.path}`, then make a new plan: shipit plan",
            )
        return Todo()

    def apply(self, world: World) -> Outputs:
        world.files.write(self.path, self.text)
        return {}

"""Write a version file or a changelog in the working tree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import World


def text_digest(text: str) -> str:
    """sha256 of a text's bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Replace the whole of `path` by `text`.

    `replaces` are the digests of the texts that may be overwritten: the committed one, and what a killed
    run left. An empty string stands for "no such file". `commit` is the release this belongs to. `diff` are
    the lines that change, for people; empty where the notes tell it.
    """

    kind: ClassVar[str] = "write-file"
    public: ClassVar[bool] = False
    path: str
    text: str
    replaces: tuple[str, ...]
    commit: ReleaseCommit
    diff: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.path}"

    @property
    def summary(self) -> str:
        return f"write {self.path}"

    def check(self, world: World) -> Done | Todo:
        current = world.files.digest(self.path) or ""
        if current == text_digest(self.text) or self.commit.made(world):
            return Done()
        if current not in self.replaces:
            raise ConflictError(
                f"`{self.path}` changed since the plan was made",
                hint=f"look at it with `git diff {self.path}`, then plan afresh: shipit plan",
            )
        return Todo()

    def apply(self, world: World) -> Outputs:
        world.files.write(self.path, self.text)
        return {}

"""The step that undoes the change that shipit made to a file, when a release failed or was interrupted."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.write_file import text_digest
from shipit.world import World


class RestoreFile(Struct, frozen=True):
    """Give the file `path` its content of HEAD again, or remove it if HEAD lacks it.

    This undoes only what shipit wrote: `written` are the digests of the texts that the plan writes into the file. A
    file with any other content, such as one that a `prepare` command changed, is kept.
    """

    kind: ClassVar[str] = "restore-file"
    public: ClassVar[bool] = False
    path: str
    written: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.path}"

    @property
    def summary(self) -> str:
        return f"restore {self.path}"

    def undo(self, world: World) -> str | None:
        """Return the command that undoes every change of the file; None if it is as in HEAD, or HEAD is damaged."""
        if world.git.head() is None:
            return None
        committed = world.git.text("HEAD", self.path)
        current = world.files.digest(self.path)
        if committed is None:
            return None if current is None else f"rm {self.path}"
        return None if current == text_digest(committed) else f"git checkout HEAD -- {self.path}"

    def check(self, world: World) -> Done | Todo:
        ours = world.files.digest(self.path) in self.written
        return Todo() if ours and self.undo(world) else Done()

    def apply(self, world: World) -> Outputs:
        if isinstance(self.check(world), Todo):
            world.git.move_branch("HEAD", (self.path,))
        return {}

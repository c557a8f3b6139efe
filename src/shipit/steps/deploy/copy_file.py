"""The step that copies a file of the repository to a host."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import machine
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World

_SHOWN = 7  # characters of a commit


class CopyFile(Struct, frozen=True):
    """Copy the file `source` of the commit `revision` to `path` on `host`.

    If the commit has no such file, the one on the host stays as it is. The same holds for a commit that the clone
    lacks, unless it is `required`.
    """

    kind: ClassVar[str] = "copy-file"
    public: ClassVar[bool] = False
    host: str
    revision: str
    source: str
    path: str
    required: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.path}"

    @property
    def summary(self) -> str:
        return f"copy {self.source} of {self.revision[:_SHOWN]} to {self.path} on {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        text = self._text(world)
        return Done() if text is None or world.hosts.at(self.host).read(self.path) == text else Todo()

    def apply(self, world: World) -> Outputs:
        text = self._text(world)
        if text is not None:
            world.hosts.at(self.host).write(self.path, text)
        return {}

    def _text(self, world: World) -> str | None:
        """Return the wanted text of the file; None if it stays as it is."""
        text = world.git.text(self.revision, self.source)
        if text is None and self.required and world.git.commit(self.revision) is None:
            what = f"the image was built from the commit {self.revision[:_SHOWN]}, which is not in this clone"
            raise ConflictError(
                what, hint=f"fetch it, so that its `{self.source}` can be copied: git fetch {world.git.remote}"
            )
        return text

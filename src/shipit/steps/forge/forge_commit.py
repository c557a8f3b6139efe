"""The step that makes the release commit through the API of the forge, for protected branches.

With `write-back = "api"`, it is the first public step of a release.
"""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from msgspec import Struct

from shipit.core.commits.text.release_message import release_message
from shipit.errors import AuthError, RemoteError
from shipit.steps.base import VERIFIED, Done, Outputs, Todo
from shipit.steps.repository import ReleaseCommit, require_written
from shipit.world import World


class ForgeCommit(Struct, frozen=True):
    """Commit the files `paths` of the working tree to `branch`. The forge signs the commit if it can.

    The output `VERIFIED` is "true" if the forge shows the commit as Verified, else "false".
    """

    kind: ClassVar[str] = "forge-commit"
    public: ClassVar[bool] = True
    commit: ReleaseCommit
    branch: str
    body: str
    paths: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.commit.subject}"

    @property
    def summary(self) -> str:
        return f"commit {self.commit.subject} to {self.branch} through the API"

    def check(self, world: World) -> Done | Todo:
        found = self.commit.find(world)
        return Done(self._outputs(found, world)) if found else Todo()

    def apply(self, world: World) -> Outputs:
        message = release_message(self.commit.subject or "", self.body, self.commit.releases)
        parent = self.commit.base(world) or self.commit.parent
        require_written(self.paths, parent, world)
        files = {path: (world.files.read(path) or "").encode("utf-8", "surrogateescape") for path in self.paths}
        commit = world.forge.create_commit(branch=self.branch, parent=parent, message=message, files=files)
        world.git.fetch()
        if world.git.head() == parent:
            world.git.adopt(commit)
        return self._outputs(commit, world)

    def _outputs(self, commit: str, world: World) -> Outputs:
        with suppress(AuthError, RemoteError):  # the commit is made; only the word about its signature is missing
            return {"commit": commit, VERIFIED: "true" if world.forge.is_verified(commit) else "false"}
        return {"commit": commit}

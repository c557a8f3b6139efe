"""The step that moves a branch, such as `prod`, to a release."""

from __future__ import annotations

from shlex import quote
from typing import ClassVar

from msgspec import Struct

from shipit.errors import BranchMoved, ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World

SUBJECT = "chore: promote {release} to {branch}"
"""The subject of the merge commit, and the title of a pull request for it. It counts for no version."""


class PromoteBranch(Struct, frozen=True):
    """Move `branch` of the remote to the release `tag`, which is the commit `commit` of the branch `source`.

    With `forwards`, the branch gets this commit; else a merge commit by `author` on top of `expected`, which has
    exactly the files of the release. `expected` is the commit that the branch must still be at.
    """

    kind: ClassVar[str] = "promote-branch"
    public: ClassVar[bool] = True
    branch: str
    tag: str
    commit: str
    source: str
    expected: str
    forwards: bool
    author: str | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.branch}"

    @property
    def summary(self) -> str:
        how = "by fast-forward" if self.forwards else "with a merge commit that has the files of the release"
        return f"move {self.branch} to {self.tag} {how}"

    def check(self, world: World) -> Done | Todo:
        tip = world.git.remote_refs().branches.get(self.branch)
        if tip and world.git.is_ancestor(self.commit, tip) and world.git.same_files(self.commit, tip):
            return Done({"commit": tip})
        if tip != self.expected:
            raise BranchMoved(
                f"`{self.branch}` moved on the remote during this run",
                hint="run the same command again: it makes a new plan",
            )
        return Todo()

    def apply(self, world: World) -> Outputs:
        status = self.check(world)
        if isinstance(status, Done):
            return status.outputs
        made = self.made(world)
        try:
            world.git.push(branch=self.branch, commit=made, expected=self.expected, tags=())
        except (ConflictError, RemoteError) as error:  # perhaps only the answer was lost
            if world.git.remote_refs().branches.get(self.branch) == made:
                return {"commit": made}
            if isinstance(error, RemoteError) and not error.retryable:
                error.hint = self._by_hand(world)
            raise
        return {"commit": made}

    def made(self, world: World) -> str:
        """Return the commit to move the branch to: that of the release, or else a new merge commit in the clone."""
        return self.commit if self.forwards else self._merge(world)

    def _by_hand(self, world: World) -> str:
        push = f"git push {quote(world.git.remote)} {quote(f'{self.commit[:10]}:refs/heads/promote-{self.tag}')}"
        if world.forge.opens_pull_requests:
            allow, merge = "give shipit a token that may push", "merge a pull request from there"
        else:
            allow, merge = "let the remote accept this push", "merge it by hand"
        return f"{allow} to `{self.branch}`; or push the release to a branch, and {merge}: {push}"

    def _merge(self, world: World) -> str:
        files = world.git.files_id(self.commit)
        if files is None:
            what = f"this clone does not have the commit `{self.commit[:10]}` of `{self.tag}`"
            raise ConflictError(what, hint="run the same command again: it makes a new plan")
        message = f"{SUBJECT.format(release=self.tag, branch=self.branch)}\n"
        return world.git.commit_files(files, self.expected, message, self.author, merged=self.commit)

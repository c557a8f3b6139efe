"""The commit point: one atomic push of the release commit and its tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.errors import BranchMoved, ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.release_commit import ReleaseCommit
from shipit.world import RemoteRefs, World


@dataclass(frozen=True, slots=True)
class Push:
    """Push the release commit to `branch` (None: tags only), which must still be at `expected`, and `tags`.

    `tip` is the commit that follows the release, where there is one: the branch goes there.
    """

    kind: ClassVar[str] = "push"
    public: ClassVar[bool] = True
    commit: ReleaseCommit
    branch: str | None
    expected: str | None
    tags: tuple[str, ...]
    tip: ReleaseCommit | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.commit.tag}"

    @property
    def summary(self) -> str:
        return f"push {' '.join(filter(None, (self.branch, *self.tags)))} (one atomic push)"

    def check(self, world: World) -> Done | Todo:
        commit, tip = self.commit.find(world), (self.tip or self.commit).find(world)
        remote = world.git.remote_refs()
        if (
            commit
            and all(remote.tags.get(tag) == commit for tag in self.tags)
            and self._branch_holds(tip, remote, world)
        ):
            return Done({"commit": commit})
        self._require_unmoved(remote)
        for tag in self.tags:
            require_tag_free(tag, commit, remote)
        return Todo()

    def _require_unmoved(self, remote: RemoteRefs) -> None:
        """Asked before the tags: where somebody released meanwhile, planning afresh finds it done."""
        if self.branch and remote.branches.get(self.branch) != self.expected:
            raise BranchMoved(
                f"`{self.branch}` moved on the remote during this run",
                hint="run the same command again: it makes a new plan",
                state="nothing was pushed by this run",
            )

    def _branch_holds(self, commit: str | None, remote: RemoteRefs, world: World) -> bool:
        tip = remote.branches.get(self.branch) if self.branch else commit
        return commit is not None and tip is not None and world.git.is_ancestor(commit, tip)

    def apply(self, world: World) -> Outputs:
        commit = self.commit.require(world)
        tip = (self.tip or self.commit).require(world)
        try:
            world.git.push(branch=self.branch, commit=tip, expected=self.expected, tags=self.tags)
        except (ConflictError, RemoteError):  # an answer that was lost, or a push that somebody else made
            if isinstance(self.check(world), Todo):
                raise
        return {"commit": commit}


def require_tag_free(tag: str, commit: str | None, remote: RemoteRefs) -> None:
    """Raise `ConflictError` when the remote has `tag` at another commit."""
    there = remote.tags.get(tag)
    if there is not None and there != commit:
        raise ConflictError(
            f"tag `{tag}` exists on the remote already, at `{there[:10]}`",
            hint="look at it with `git ls-remote --tags`; shipit never moves a release tag",
            state="nothing was pushed by this run",
        )

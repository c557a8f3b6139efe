"""The step that makes a release public: one atomic push of the release commit and its tags."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import OTHER_VERSION, PUSH_UNKNOWN, BranchMoved, ConflictError, RemoteError, ShipitError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.world import RemoteRefs, World


class Push(Struct, frozen=True):
    """Push the release commit to `branch` together with `tags`.

    With `branch` None, only the tags are pushed. `expected` is the id of the commit that the branch on the remote must
    still be at. `tip` is the commit that follows the release commit, such as the snapshot commit; the branch is pushed
    to it.
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
        """Raise `BranchMoved` if the branch on the remote is not at `expected`.

        This is checked before the tags: if another run made the same release, a new plan finds that it is done.
        """
        if self.branch and remote.branches.get(self.branch) != self.expected:
            raise BranchMoved(
                f"`{self.branch}` moved on the remote during this run",
                hint="run the same command again: it makes a new plan",
            )

    def _branch_holds(self, commit: str | None, remote: RemoteRefs, world: World) -> bool:
        tip = remote.branches.get(self.branch) if self.branch else commit
        return commit is not None and tip is not None and world.git.is_ancestor(commit, tip)

    def apply(self, world: World) -> Outputs:
        commit = self.commit.require(world)
        tip = (self.tip or self.commit).require(world)
        try:
            world.git.push(branch=self.branch, commit=tip, expected=self.expected, tags=self.tags)
        except (ConflictError, RemoteError) as error:  # perhaps only the answer was lost, or another run pushed it
            if not self._is_done(world, error):
                raise
        return {"commit": commit}

    def _is_done(self, world: World, error: ShipitError) -> bool:
        """Return whether the push that ended with `error` reached the remote. Raise `error` if that is not known."""
        try:
            return isinstance(self.check(world), Done)
        except RemoteError:
            error.state = error.state or PUSH_UNKNOWN
            raise error from None


def require_tag_free(tag: str, commit: str | None, remote: RemoteRefs) -> None:
    """Raise `ConflictError` if the remote has `tag` on another commit than `commit`."""
    tagged = remote.tags.get(tag)
    if tagged is not None and tagged != commit:
        raise ConflictError(
            f"tag `{tag}` exists on the remote already, on commit `{tagged[:10]}`",
            hint=f"if it is a release, merge it into this branch; if not, delete `{tag}` on the remote; "
            + OTHER_VERSION,
        )

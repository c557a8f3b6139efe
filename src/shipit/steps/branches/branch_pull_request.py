"""The pull request that brings a release into a branch which shipit cannot push to."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from shipit.errors import AuthError, RemoteError
from shipit.world import ForgePullRequest, RemoteRefs, World


class BranchPullRequest(Struct, frozen=True):
    """The pull request from `branch`, which only shipit moves, into `base`."""

    branch: str
    base: str

    def find(self, world: World) -> ForgePullRequest | None:
        """Return the newest such pull request; None also if the token cannot read any.

        A push needs no pull request, and the request that opens one says the reason.
        """
        with suppress(AuthError, RemoteError):
            return world.forge.find_pull_request(self.branch, self.base)
        return None

    def brings(self, found: ForgePullRequest, commit: str, world: World) -> bool:
        """Return whether the pull request `found` contains `commit`; also after its branch was deleted."""
        if world.git.commit(found.head):
            return world.git.is_ancestor(commit, found.head)
        made = world.git.commit(commit)  # a person changed the branch, and this clone never had that commit
        messages = [message.strip() for message in world.forge.pull_request_messages(found.number)]
        return made is not None and made.message.strip() in messages

    def may_leave(self, head: str, commit: str, world: World, refs: RemoteRefs) -> bool:
        """Return whether no commit is lost if the branch moves from `head` to `commit`."""
        base = refs.branches.get(self.base)
        if any(other and world.git.is_ancestor(head, other) for other in (commit, base)):
            return True
        found = self.find(world)  # the forge keeps the commits of a pull request that is not open
        return found is not None and found.state != "open" and found.head == head

"""A pull request as the one commit that squashing makes of it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.ci_event import PullRequest
from shipit.core.commits import RawCommit
from shipit.core.history import records
from shipit.plan.version import History
from shipit.world import Git


class Squash(Struct, frozen=True):
    """`commit` stands for `replaced`, the ids of what the merge brings and of the merge itself."""

    commit: RawCommit
    replaced: frozenset[str]

    def seen(self, history: History) -> History:
        """The same history with one commit instead of those."""
        since = history.since
        kept = tuple(each for each in since.commits if each.id not in self.replaced)
        if len(kept) == len(since.commits):
            return history
        return replace(history, since=replace(since, commits=(self.commit, *kept)), new=history.new | {self.commit.id})


def squash_of(git: Git, pull_request: PullRequest, merged: str) -> Squash | None:
    """How GitHub squashes by default: the title with the number, and a list of what the commits say.

    Args:
        merged: the commit that merging makes; where it is none, nobody can tell which commits were proposed.
    """
    commit = git.commit(merged)
    if commit is None or len(commit.parents) < 2 or not pull_request.title:
        return None
    merge, *proposed = records(git.log([merged], commit.parents[:1]))
    said = [f"* {each.message.strip()}" for each in reversed(proposed) if len(each.parents) < 2]
    message = "\n\n".join([f"{pull_request.title} (#{pull_request.number})", *said])
    replaced = frozenset(each.id for each in (merge, *proposed))
    return Squash(replace(merge, message=message, parents=merge.parents[:1]), replaced)

"""The single commit that a squash merge makes from a pull request."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.ci_event import PullRequest
from shipit.core.commits import RawCommit
from shipit.core.history import records
from shipit.plan.version import History
from shipit.world import Git


class Squash(Struct, frozen=True):
    """The commit of a squash merge. `replaced` are the ids of the commits that it replaces, with the merge commit."""

    commit: RawCommit
    replaced: frozenset[str]

    def apply(self, history: History) -> History:
        """Return `history` with the squash commit in place of the replaced commits."""
        since = history.since
        kept = tuple(each for each in since.commits if each.id not in self.replaced)
        if len(kept) == len(since.commits):
            return history
        since = replace(since, commits=(self.commit, *kept))
        return replace(history, since=since, new=history.new | {self.commit.id}, others=self._others(history))

    def _others(self, history: History) -> tuple[RawCommit, ...]:
        """Return the commits that change no file of the package; the squash commit too if all replaced ones do."""
        outside = {commit.id for commit in history.others}
        others = tuple(commit for commit in history.others if commit.id not in self.replaced)
        changes = any(each.id in self.replaced and each.id not in outside for each in history.since.commits)
        return others if changes else (self.commit, *others)


def squash_of(git: Git, pull_request: PullRequest, merged: str) -> Squash | None:
    """Return the squash commit with GitHub's default message: title and number, then the messages of the commits.

    Args:
        git: the repository.
        pull_request: the pull request, with the title that GitHub uses.
        merged: the id of the merge commit of the pull request.

    None when `merged` has only one parent, because then the commits of the pull request are not known, or when the
    title is empty.
    """
    commit = git.commit(merged)
    if commit is None or len(commit.parents) < 2 or not pull_request.title:
        return None
    merge, *proposed = records(git.log([merged], commit.parents[:1]))
    messages = [f"* {each.message.strip()}" for each in reversed(proposed) if len(each.parents) < 2]
    message = "\n\n".join([f"{pull_request.title} (#{pull_request.number})", *messages])
    replaced = frozenset(each.id for each in (merge, *proposed))
    return Squash(replace(merge, message=message, parents=merge.parents[:1]), replaced)

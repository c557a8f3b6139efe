"""The release commits that an interrupted run made in this clone and did not push."""

from __future__ import annotations

from collections.abc import Set

from shipit.core.commits.text.release_message import is_release_message
from shipit.world import CommitInfo, Git


def unpushed_release_commits(
    git: Git, head: str, tip: str | None, tagged: Set[str] = frozenset()
) -> tuple[CommitInfo, ...]:
    """Return the unpushed release commits at the top of the branch, newest first.

    Args:
        git: the clone.
        head: the id of the commit to begin at.
        tip: the commit of the branch on the remote; None when the branch is not there.
        tagged: the ids of commits with a tag; these count as pushed.
    """
    unpushed: list[CommitInfo] = []
    while commit := git.commit(unpushed[-1].parents[0] if unpushed else head):
        pushed = commit.id in tagged or (tip is not None and git.is_ancestor(commit.id, tip))
        if pushed or not commit.parents or not (is_release_message(commit.message) and git.made(commit.id)):
            break
        unpushed.append(commit)
    return tuple(unpushed)

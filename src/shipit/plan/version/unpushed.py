"""Release commits that were never pushed."""

from __future__ import annotations

from collections.abc import Set

from shipit.core.commits.release_message import is_release_message
from shipit.world import CommitInfo, Git


def never_pushed(git: Git, head: str, tip: str | None, tagged: Set[str] = frozenset()) -> tuple[CommitInfo, ...]:
    """The release commits at `head`, newest first, that a killed run made and that are not behind `tip`.

    Args:
        tagged: commits that are released, whatever `tip` says.
    """
    found: list[CommitInfo] = []
    while commit := git.commit(found[-1].parents[0] if found else head):
        published = commit.id in tagged or (tip is not None and git.is_ancestor(commit.id, tip))
        if published or not commit.parents or not (is_release_message(commit.message) and git.made(commit.id)):
            break
        found.append(commit)
    return tuple(found)

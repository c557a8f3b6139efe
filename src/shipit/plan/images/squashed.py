"""The release that a squash merge brought to the branch of an environment, recognised by its files.

A squash makes a commit of its own, without the release and its tag in its history. With exactly the files of the
release, it is that release.
"""

from __future__ import annotations

from collections.abc import Sequence

from shipit.core.versions import version_tags
from shipit.plan.version import History
from shipit.world import Git


def squashed_release(git: Git, rev: str, histories: Sequence[History]) -> str | None:
    """Return the commit of the highest release with exactly the files of the commit `rev`, outside of its history.

    A release that is lower than the last one in the history of `rev` does not count: a commit with its files reverts
    the changes since then, and only a person can know whether that is meant. Pre-releases do not count.

    Args:
        git: the repository.
        rev: a commit id.
        histories: the history of each package up to `rev`.
    """
    if all(history.last and not history.unreleased for history in histories):
        return None
    files, tags = git.files_id(rev), {tag.name: tag.commit for tag in git.tags()}
    for history in histories:
        last = history.last.version if history.last else None
        for tag in version_tags(tags, history.package.format):
            if (last is None or tag.version > last) and git.files_id(tag.commit) == files:
                return tag.commit
    return None

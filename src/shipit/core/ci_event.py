"""Why a run takes place: what the CI says happened."""

from __future__ import annotations

from msgspec import Struct


class PullRequest(Struct, frozen=True):
    """A pull request that a run is about; `base` is the branch it is to be merged into.

    `title` is what its commit is called when it is squashed; empty where that keeps the title of the only commit.
    `squashed` says whether it always is; None leaves it to whoever merges.
    """

    number: int
    base: str
    closed: bool = False
    title: str = ""
    squashed: bool | None = False


class CiEvent(Struct, frozen=True):
    """What happened.

    Args:
        name: GitHub's name of it; empty where no CI is at work.
        branch: the branch it is about.
        tag: the tag it is about.
        default_branch: the repository's default branch, where that is told.
        pull_request: the pull request it is about, where that is told.
        commit: the commit it is about.
        is_rerun: whether this run was started before.
    """

    name: str = ""
    branch: str | None = None
    tag: str | None = None
    default_branch: str | None = None
    pull_request: PullRequest | None = None
    commit: str | None = None
    is_rerun: bool = False

    @property
    def is_pull_request(self) -> bool:
        """Whether somebody's proposal caused it: nothing may be written to the repository then.

        >>> [CiEvent(name).is_pull_request for name in ("push", "pull_request", "pull_request_target")]
        [False, True, True]
        """
        return self.name.startswith("pull_request")

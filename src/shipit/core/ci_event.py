"""CI events: the reason why the CI started a run."""

from __future__ import annotations

from msgspec import Struct


class PullRequest(Struct, frozen=True):
    """The pull request of an event.

    Attributes:
        base: name of the branch into which it will be merged.
        title: the subject that its commit gets when it is squashed; empty if a single commit keeps its own subject.
        head: name of its branch; empty if it is not known.
        squashed: whether the repository always squashes pull requests; None if the person who merges chooses.
    """

    number: int
    base: str
    closed: bool = False
    title: str = ""
    squashed: bool | None = False
    head: str = ""


class CiEvent(Struct, frozen=True):
    """The event that started a run. A field is None if the CI does not give it.

    Args:
        name: GitHub's name of the event; empty outside a CI.
        branch: name of the branch that was pushed, or of the branch of the pull request.
        tag: name of the tag that was pushed.
        default_branch: name of the default branch of the repository.
        pull_request: the pull request of the event.
        commit: full id of the commit that the run is for.
        is_rerun: whether the CI started this run again.
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
        """True for the events of pull requests, in which nothing is written to the repository.

        >>> [CiEvent(name).is_pull_request for name in ("push", "pull_request", "pull_request_target")]
        [False, True, True]
        """
        return self.name.startswith("pull_request")

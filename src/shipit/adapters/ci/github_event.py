"""What GitHub says about the event that caused a run: the file that `GITHUB_EVENT_PATH` names."""

from __future__ import annotations

import os
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.json import decode

from shipit.core.ci_event import PullRequest


class _Repository(Struct):
    default_branch: str | None = None
    squash_merge_commit_title: str | None = None
    allow_squash_merge: bool | None = None
    allow_merge_commit: bool | None = None
    allow_rebase_merge: bool | None = None


class _Base(Struct):
    ref: str
    repo: _Repository | None = None


class _PullRequest(Struct):
    number: Annotated[int, Meta(gt=0)]
    base: _Base
    state: str | None = None
    title: str | None = None
    commits: int | None = None


class Event(Struct):
    """As much of an event as matters here."""

    repository: _Repository | None = None
    pull_request: _PullRequest | None = None

    @property
    def default_branch(self) -> str | None:
        return self.repository.default_branch if self.repository else None

    def proposal(self, base: str) -> PullRequest | None:
        """The pull request, which is to be merged into `base`, or where that is empty into what the event says."""
        told = self.pull_request
        if told is None:
            return None
        repository = told.base.repo or _Repository()
        return PullRequest(
            told.number,
            base or told.base.ref,
            closed=told.state == "closed",
            title=_title(told, repository),
            squashed=_squashed(repository),
        )


def read_event(path: str | None) -> Event:
    """What is told; nothing where it cannot be read, or has a form that GitHub's events do not have."""
    try:
        with open(path or os.devnull, "rb") as file:
            return decode(file.read(), type=Event)
    except (OSError, ValueError, RecursionError):
        return Event()


def _title(told: _PullRequest, repository: _Repository) -> str:
    """GitHub calls a single commit after itself, unless the repository is set otherwise."""
    own = told.commits == 1 and repository.squash_merge_commit_title != "PR_TITLE"
    return "" if own else told.title or ""


def _squashed(repository: _Repository) -> bool | None:
    """Whether pull requests are squashed: always, never, or (None) as one likes."""
    if repository.allow_squash_merge is False:
        return False
    others = (repository.allow_merge_commit, repository.allow_rebase_merge)
    return True if others == (False, False) else None

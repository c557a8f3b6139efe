"""The event that caused a CI run, read from the file that `GITHUB_EVENT_PATH` names."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.json import decode

from shipit.adapters.files.regular_file import read_regular_file
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


class _Head(Struct):
    ref: str = ""


class _PullRequest(Struct):
    number: Annotated[int, Meta(gt=0)]
    base: _Base
    head: _Head | None = None
    state: str | None = None
    title: str | None = None
    commits: int | None = None


class Event(Struct):
    """The fields of a GitHub event that shipit reads (https://docs.github.com/webhooks/webhook-events-and-payloads)."""

    repository: _Repository | None = None
    pull_request: _PullRequest | None = None

    @property
    def default_branch(self) -> str | None:
        return self.repository.default_branch if self.repository else None

    def pull_request_into(self, base: str) -> PullRequest | None:
        """Return the pull request; None if the event is not about one.

        `base` is the branch that it is to be merged into; if empty, the branch in the event.
        """
        payload = self.pull_request
        if payload is None:
            return None
        repository = payload.base.repo or _Repository()
        return PullRequest(
            payload.number,
            base or payload.base.ref,
            closed=payload.state == "closed",
            title=_squash_title(payload, repository),
            squashed=_squashed(repository),
            head=payload.head.ref if payload.head else "",
        )


def read_event(path: str | None) -> Event:
    """Return the event in the file `path`; an empty event if the file cannot be read or has another form."""
    try:
        return decode(read_regular_file(path), type=Event) if path else Event()
    except (OSError, ValueError, RecursionError):
        return Event()


def _squash_title(payload: _PullRequest, repository: _Repository) -> str:
    """Return the title of the pull request, if GitHub makes it the header of the squashed commit; otherwise empty.

    For a pull request with one commit GitHub takes the header of that commit, unless the repository's settings say
    `PR_TITLE`.
    """
    keeps_header = payload.commits == 1 and repository.squash_merge_commit_title != "PR_TITLE"
    return "" if keeps_header else payload.title or ""


def _squashed(repository: _Repository) -> bool | None:
    """Return whether the repository's settings squash pull requests: always, never, or None if the user can choose."""
    if repository.allow_squash_merge is False:
        return False
    others = (repository.allow_merge_commit, repository.allow_rebase_merge)
    return True if others == (False, False) else None

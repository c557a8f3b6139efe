"""Requests to GitHub that last through trouble, within bounds.

PyGithub's own retries stay off: they repeat a POST after a 5xx without looking whether it took effect (two drafts),
never repeat a PATCH, and sleep for as long as `Retry-After` says.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from shipit.adapters.github.failure import GitHubFailure
from shipit.adapters.retry_policy import RetryPolicy
from shipit.errors import RemoteError

T = TypeVar("T")

# The statuses with which GitHub limits requests.
_LIMITS = (403, 429)

# What PyGithub ends with when an answer is none that GitHub describes: a page of some proxy, another kind of JSON.
_MALFORMED = (json.JSONDecodeError, AttributeError, KeyError, TypeError)


class GitHubApi:
    """Performs requests about the repository `slug`, for which the token needs `permission`.

    `doing` completes "GitHub failed to ..." in errors.

    Every method raises `AuthError` where the token does not suffice, and `RemoteError` for any other failure.
    """

    def __init__(self, slug: str, retry_policy: RetryPolicy, permission: str) -> None:
        from github import GithubException
        from requests import RequestException

        self._slug = slug
        self._policy = retry_policy
        self._permission = permission
        self._failures = (GithubException, RequestException, *_MALFORMED)

    def repeat(self, doing: str, call: Callable[[], T]) -> T:
        """`call`, several times if need be: only for what may be done twice."""
        for tried in count(1):
            try:
                return call()
            except self._failures as error:
                failure = _failure(error)
                pause = self._pause(failure, tried)
                if pause is None:
                    raise failure.explain(doing, self._slug, self._permission, time.time()) from error
                self._policy.sleep(pause)
        raise AssertionError("count() ended")

    def ensure(self, doing: str, look: Callable[[], T | None], act: Callable[[], T]) -> T:
        """What `look` finds; else what `act` makes. Looks again after each failure: only the answer may be lost.

        What a limit refused had no effect, and looking would only meet that limit again.
        """

        def look_or_act() -> T:
            found = look()
            return act() if found is None else found

        try:
            return self.repeat(doing, look_or_act)
        except RemoteError as error:
            if error.status in _LIMITS:
                raise
            found = self.repeat(doing, look)
            if found is None:
                raise
            return found

    def _pause(self, failure: GitHubFailure, tried: int) -> float | None:
        """Seconds until the next try; None when there is to be none."""
        if tried >= self._policy.tries:
            return None
        if failure.limited:
            wait = failure.wait(time.time())
            return wait if wait <= self._policy.longest_wait else None
        return self._policy.pause * 2 ** (tried - 1) if failure.passing else None


def _failure(error: Exception) -> GitHubFailure:
    from github import GithubException

    if isinstance(error, GithubException):
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        return GitHubFailure(error.status, _said(error.data), headers)
    return GitHubFailure(None, f"no whole answer came ({type(error).__name__})", {})


def _said(data: object) -> str:
    """GitHub's message and its list of errors, on one line."""
    if not isinstance(data, dict):
        return "no reason given"
    errors = [each if isinstance(each, str) else _detail(each) for each in data.get("errors") or ()]
    return "; ".join([str(data.get("message", "no reason given")), *errors])


def _detail(error: dict[str, object]) -> str:
    return str(error.get("message") or f"{error.get('field')}: {error.get('code')}")

"""Requests to GitHub, repeated after transient failures.

The retries of PyGithub are not used. They repeat a POST after a 5xx without checking whether it had an effect, which
can create two drafts; they never repeat a PATCH; and they sleep as long as `Retry-After` says, without a limit.
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

_Result = TypeVar("_Result")

# The statuses of a refusal because of a rate limit.
_LIMITS = (403, 429)

# The exceptions of PyGithub for a response of another form, for example the error page of a proxy.
_MALFORMED = (json.JSONDecodeError, AttributeError, KeyError, TypeError)


class GitHubApi:
    """The requests about one repository, with retries.

    In each method, `action` is the purpose of the request for error messages, as it follows "GitHub failed to".
    Each method raises `AuthError` if the token is missing or lacks a permission, and `RemoteError` for other failures.

    Args:
        slug: `owner/name` of the repository.
        policy: the limits of waiting and retrying.
        permission: the permission that the token needs, for error messages.
    """

    def __init__(self, slug: str, retry_policy: RetryPolicy, permission: str) -> None:
        from github import GithubException
        from requests import RequestException

        self._slug = slug
        self._policy = retry_policy
        self._permission = permission
        self._failures = (GithubException, RequestException, *_MALFORMED)

    def retry(self, action: str, call: Callable[[], _Result]) -> _Result:
        """Return the result of `call`, and call it again after transient failures; it must be safe to repeat."""
        for attempt in count(1):
            try:
                return call()
            except self._failures as error:
                failure = _failure(error)
                pause = self._pause(failure, attempt)
                if pause is None:
                    raise failure.to_error(action, self._slug, self._permission, time.time()) from error
                self._policy.wait(pause, f"GitHub: {failure.message}", attempt)
        raise AssertionError("count() ended")

    def ensure(self, action: str, find: Callable[[], _Result | None], create: Callable[[], _Result]) -> _Result:
        """Return the object that `find` returns; if it returns None, the result of `create`.

        `find` runs again after each failure of `create`, because only the response can be lost. Not after a rate
        limit: then the request had no effect, and `find` would be refused too.
        """

        def find_or_create() -> _Result:
            existing = find()
            return create() if existing is None else existing

        try:
            return self.retry(action, find_or_create)
        except RemoteError as error:
            if error.status in _LIMITS:
                raise
            existing = self.retry(action, find)
            if existing is None:
                raise
            return existing

    def _pause(self, failure: GitHubFailure, attempt: int) -> float | None:
        """Return the seconds until the next attempt; None if there is to be no further attempt."""
        if attempt >= self._policy.tries:
            return None
        if failure.limited:
            wait = failure.wait(time.time())
            return wait if wait <= self._policy.longest_wait else None
        return self._policy.pause * 2 ** (attempt - 1) if failure.transient else None


def _failure(error: Exception) -> GitHubFailure:
    from github import GithubException

    if isinstance(error, GithubException):
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        return GitHubFailure(error.status, _message(error.data), headers)
    return GitHubFailure(None, f"no response, or an incomplete one ({type(error).__name__})", {})


def _message(data: object) -> str:
    """Return the message and the errors of GitHub's response, on one line."""
    if not isinstance(data, dict):
        return "no reason given"
    errors = [each if isinstance(each, str) else _detail(each) for each in data.get("errors") or ()]
    return "; ".join([str(data.get("message", "no reason given")), *errors])


def _detail(error: dict[str, object]) -> str:
    return str(error.get("message") or f"{error.get('field')}: {error.get('code')}")

"""Requests to GitHub, repeated after transient failures."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from shipit.adapters.github.client import GitHubClient
from shipit.adapters.github.failure import Caller, GitHubFailure
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.errors import RemoteError

_Result = TypeVar("_Result")

# The statuses of a refusal because of a rate limit.
_LIMITS = (403, 429)


class GitHubApi:
    """The requests about one repository, with retries.

    In each method, `action` is the purpose of the request for error messages, as it follows "GitHub failed to".
    Each method raises `AuthError` if the token is missing or lacks a permission, and `RemoteError` for other failures.

    Args:
        client: sends the requests.
        caller: the repository and the token, for error messages.
        retry_policy: the limits of waiting and retrying.
        permission: the permission that the token needs, for error messages.
    """

    def __init__(self, client: GitHubClient, caller: Caller, retry_policy: RetryPolicy, permission: str) -> None:
        self.client = client
        self.caller = caller
        self._policy = retry_policy
        self._permission = permission

    def retry(self, action: str, call: Callable[[], _Result]) -> _Result:
        """Return the result of `call`, and call it again after transient failures; it must be safe to repeat."""
        for attempt in count(1):
            try:
                return call()
            except GitHubFailure as failure:
                pause = self._pause(failure, attempt)
                if pause is None:
                    raise failure.to_error(action, self.caller, self._permission, time.time()) from failure
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

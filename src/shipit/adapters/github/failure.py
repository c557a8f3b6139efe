"""Failed requests to GitHub: whether to try again, when, and the error for the user. Nothing here makes a request.

The time to wait for a rate limit follows GitHub's rules: the header `Retry-After` in seconds; without it
`X-RateLimit-Reset`, if no request remains; otherwise one minute.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from msgspec import Struct

from shipit.errors import AuthError, RemoteError, ShipitError

_LIMIT = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_PROTECTION = re.compile(r"protected branch|rule violations|required status check", re.IGNORECASE)
_MINUTE = 60.0  # seconds


class GitHubFailure(Struct, frozen=True):
    """One request that failed.

    Args:
        status: the HTTP status; None if there was no response or an incomplete one.
        message: the message in GitHub's response, or a description of the network error.
        headers: the headers of the response, with lower-case names.
    """

    status: int | None
    message: str
    headers: Mapping[str, str]

    @property
    def transient(self) -> bool:
        """True if the same request can succeed a moment later."""
        return self.status is None or self.status >= 500

    @property
    def limited(self) -> bool:
        """True if GitHub refused the request because of a rate limit."""
        signs = "retry-after" in self.headers or self._used_up or bool(_LIMIT.search(self.message))
        return self.status == 429 or (self.status == 403 and signs)

    @property
    def _used_up(self) -> bool:
        return self.headers.get("x-ratelimit-remaining") == "0"

    def wait(self, now: float) -> float:
        """Return the seconds until the rate limit ends; `now` is the current time, in seconds since the epoch."""
        after = self.headers.get("retry-after", "")
        reset = self.headers.get("x-ratelimit-reset", "")
        if after.isdigit():
            return float(after)
        if self._used_up and reset.isdigit():
            # The header has whole seconds; the limit can end later in that second.
            return max(float(reset) - now, 0) + 1
        return _MINUTE

    def to_error(self, action: str, slug: str, permission: str, now: float) -> ShipitError:
        """Return the error for the user.

        Args:
            action: the purpose of the request, as it follows "GitHub failed to".
            slug: `owner/name` of the repository.
            permission: the permission that the token needs for the request.
            now: the current time, in seconds since the epoch.
        """
        if self.limited:
            return self._rate_limited(action, slug, now)
        if self.status in (401, 403):
            return _refused(self, action, slug, permission)
        if self.status == 404:
            return self._remote(
                f"GitHub found no repository `{slug}`, or no such object in it, when asked to {action}",
                slug,
                "check the name, and that `GITHUB_TOKEN` has access to it; without access GitHub also answers 404",
            )
        if self.transient:
            hint = "check https://www.githubstatus.com, then run the same command again"
            return self._remote(f"GitHub failed to {action}: {self.message}", slug, hint)
        return self._remote(f"GitHub refused to {action}: {self.message}", slug, self._advice)

    @property
    def _advice(self) -> str:
        if _PROTECTION.search(self.message):
            return 'allow the token to bypass the protection of the branch, or set `write-back = "none"`'
        return "fix what GitHub's message names, then run the same command again"

    def _rate_limited(self, action: str, slug: str, now: float) -> RemoteError:
        reset = dt.datetime.fromtimestamp(now + self.wait(now), dt.UTC)
        what = f"GitHub's rate limit is reached; shipit cannot {action} before {reset:%Y-%m-%d %H:%M:%S} UTC"
        return self._remote(what, slug, "run the same command again after that time")

    def _remote(self, what: str, slug: str, hint: str) -> RemoteError:
        return RemoteError(
            what,
            where=slug,
            hint=hint,
            status=self.status,
            request_id=self.headers.get("x-github-request-id"),
            retryable=self.transient or self.limited or self.status == 409,
        )


def _refused(failure: GitHubFailure, action: str, slug: str, permission: str) -> AuthError:
    if failure.status == 401:
        what = f"GitHub rejected `GITHUB_TOKEN` when asked to {action}: {failure.message}"
        return AuthError(what, where=slug, hint="set `GITHUB_TOKEN` to a token that is valid and not expired")
    return AuthError(
        f"`GITHUB_TOKEN` has no permission to {action}: {failure.message}",
        where=slug,
        hint=f"give it the permission `{permission}` on `{slug}`",
    )

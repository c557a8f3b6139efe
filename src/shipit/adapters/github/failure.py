"""What GitHub's refusals mean, whether waiting helps, and how to say so. No request is made here.

The rules for limits are GitHub's: `Retry-After` in seconds; else `X-RateLimit-Reset` when nothing remains; else
at least a minute. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from shipit.errors import AuthError, RemoteError, ShipitError

_LIMIT = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_PROTECTION = re.compile(r"protected branch|rule violations|required status check", re.IGNORECASE)
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class GitHubFailure:
    """One request that failed.

    Args:
        status: what was answered; None when there was no answer, or half of one.
        said: GitHub's own words, or the kind of network error.
        headers: of the answer, with lower-case names.
    """

    status: int | None
    said: str
    headers: Mapping[str, str]

    @property
    def passing(self) -> bool:
        """Whether the same request may well succeed a moment later."""
        return self.status is None or self.status >= 500

    @property
    def limited(self) -> bool:
        """Whether GitHub only says: not so fast."""
        told = "retry-after" in self.headers or self._used_up or bool(_LIMIT.search(self.said))
        return self.status == 429 or (self.status == 403 and told)

    @property
    def _used_up(self) -> bool:
        return self.headers.get("x-ratelimit-remaining") == "0"

    def wait(self, now: float) -> float:
        """Seconds from `now` (since the epoch) until a limit is over."""
        after = self.headers.get("retry-after", "")
        reset = self.headers.get("x-ratelimit-reset", "")
        if after.isdigit():
            return float(after)
        if self._used_up and reset.isdigit():
            return max(float(reset) - now, 0) + 1  # within which part of that second is not told
        return _MINUTE

    def explain(self, doing: str, slug: str, permission: str, now: float) -> ShipitError:
        """The error for a request that was to `doing` in the repository `slug`, which takes `permission`."""
        if self.limited:
            return self._too_often(doing, slug, now)
        if self.status in (401, 403):
            return _refused(self, doing, slug, permission)
        if self.status == 404:
            return self._remote(
                f"GitHub has no `{slug}`, or not what was asked of it, to {doing}",
                slug,
                "check the name, and that `GITHUB_TOKEN` may see the repository: GitHub says 404 to one that may not",
            )
        if self.passing:
            hint = "run the same command again; https://www.githubstatus.com tells whether GitHub is well"
            return self._remote(f"GitHub failed to {doing}: {self.said}", slug, hint)
        return self._remote(f"GitHub refused to {doing}: {self.said}", slug, self._advice)

    @property
    def _advice(self) -> str:
        if _PROTECTION.search(self.said):
            return 'let the token bypass the protection of the branch, or set `write-back = "none"`'
        return "mend what GitHub names, then run the same command again"

    def _too_often(self, doing: str, slug: str, now: float) -> RemoteError:
        reset = dt.datetime.fromtimestamp(now + self.wait(now), dt.UTC)
        what = f"GitHub's rate limit does not allow to {doing} before {reset:%Y-%m-%d %H:%M:%S} UTC"
        return self._remote(what, slug, "run the same command again after that")

    def _remote(self, what: str, slug: str, hint: str) -> RemoteError:
        return RemoteError(
            what,
            where=slug,
            hint=hint,
            status=self.status,
            request_id=self.headers.get("x-github-request-id"),
            retryable=self.passing or self.limited or self.status == 409,
        )


def _refused(failure: GitHubFailure, doing: str, slug: str, permission: str) -> AuthError:
    if failure.status == 401:
        what = f"GitHub does not accept `GITHUB_TOKEN` to {doing}: {failure.said}"
        return AuthError(what, where=slug, hint="set `GITHUB_TOKEN` to a token that is valid and not expired")
    return AuthError(
        f"`GITHUB_TOKEN` may not {doing}: {failure.said}",
        where=slug,
        hint=f"give it the permission `{permission}` on `{slug}`",
    )

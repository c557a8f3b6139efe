"""Failed requests to GitHub: whether to try again, when, and the error for the user. Nothing here makes a request.

The time to wait for a rate limit follows GitHub's rules: the header `Retry-After` in seconds; without it
`X-RateLimit-Reset`, if no request remains; otherwise one minute.
https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from shipit.adapters.github.answers import GraphError
from shipit.adapters.http.bounded_http import Answer
from shipit.adapters.token_name import VARIABLE, TokenName
from shipit.core import limits
from shipit.core.redact import shortened
from shipit.errors import AuthError, RemoteError, ShipitError

_LIMIT = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_PROTECTION = re.compile(r"protected branch|rule violations|required status check", re.IGNORECASE)
_SIGNATURES = re.compile(r"verified signature", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}")
_MINUTE = 60.0  # seconds
_PROXY = "check `GITHUB_API_URL`, and the proxies between this machine and GitHub; then run the same command again"


class Caller(Struct, frozen=True):
    """The repository and the token of all requests, as messages name them.

    Args:
        slug: `owner/name` of the repository.
        token_name: the name of the token for messages.
        has_token: whether there is a token.
        is_app: whether the text of the token shows that it belongs to an App, such as that of GitHub Actions.
    """

    slug: str
    token_name: TokenName = VARIABLE
    has_token: bool = True
    is_app: bool = False

    @property
    def token(self) -> str:
        """The name of the token in a sentence."""
        return self.token_name.name


class GitHubFailure(Exception):
    """One request that failed.

    Args:
        message: the message in GitHub's response, or a description of what is wrong with the response.
        request: the method and the URL of the request.
        status: the HTTP status; None if there was no response, or none that can be used.
        headers: the headers of the response; a look-up ignores case.
        transient: whether the same request can succeed a moment later.
    """

    def __init__(
        self,
        message: str,
        *,
        request: str,
        status: int | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = shortened(message, limits.GITHUB_REASON)
        self.request = request
        self.status = status
        self.headers = headers
        self.transient = transient

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
        after, reset = (_seconds(self.headers.get(name, "")) for name in ("retry-after", "x-ratelimit-reset"))
        if after is not None:
            return after
        if self._used_up and reset is not None:
            # The header has whole seconds; the limit can end later in that second.
            return max(reset - now, 0) + 1
        return _MINUTE

    def to_error(self, action: str, caller: Caller, permission: str, now: float) -> ShipitError:
        """Return the error for the user.

        Args:
            action: the purpose of the request, as it follows "GitHub failed to".
            caller: the repository and the token.
            permission: the permission that the token needs for the request.
            now: the current time, in seconds since the epoch.
        """
        slug = caller.slug
        if self.limited:
            return self._rate_limited(action, slug, now)
        if self.status in (401, 403):
            return _refused(self, action, caller, permission)
        if self.status == 404:
            return self._remote(
                f"GitHub found no repository `{slug}`, or no such object in it, when asked to {action}",
                slug,
                f"check the name, and that {caller.token} has access to it; without access GitHub also answers 404",
            )
        if self.transient:
            hint = "check https://www.githubstatus.com, then run the same command again"
            return self._remote(f"GitHub failed to {action}: {self.message}", slug, hint)
        if self.status is None:
            what = f"GitHub failed to {action}: the answer to `{self.request}` cannot be used: {self.message}"
            return self._remote(what, slug, _PROXY)
        return self._remote(f"GitHub refused to {action}: {self.message}", slug, self._advice)

    @property
    def _advice(self) -> str:
        if _SIGNATURES.search(self.message):
            return (
                "GitHub signs no commit for this token: use the token of a GitHub App or of the workflow, or allow the "
                "token to bypass the rule"
            )
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


def failure_of(answer: Answer, request: str) -> GitHubFailure:
    """Return the failure that an answer reports; `request` is the method and the URL."""
    status = answer.status
    if 400 <= status < 600:
        transient = status >= 500
        return GitHubFailure(
            _message(answer.body), request=request, status=status, headers=answer.headers, transient=transient
        )
    return GitHubFailure(f"it has the status {status}, which does not belong to this request", request=request)


# The HTTP status that the REST API has for the same refusal, by the type of an error of the GraphQL API.
_STATUS_OF = {
    "FORBIDDEN": 403,
    "INSUFFICIENT_SCOPES": 403,
    "NOT_FOUND": 404,
    "RATE_LIMITED": 429,
    "STALE_DATA": 409,
    "UNPROCESSABLE": 422,
}


def graph_failure(errors: Sequence[GraphError], request: str) -> GitHubFailure:
    """Return the failure that an answer of the GraphQL API reports; an error without a type is one of the server."""
    message = "; ".join(error.message for error in errors)
    status = next((_STATUS_OF.get(error.type, 422) for error in errors if error.type), 500)
    return GitHubFailure(" ".join(message.split()), request=request, status=status, transient=status >= 500)


class _Report(Struct):
    """The body of an answer that reports an error: https://docs.github.com/rest/using-the-rest-api/troubleshooting."""

    message: str = "no reason given"
    errors: list[Any] = []


def _message(body: bytes) -> str:
    """Return the message and the errors of GitHub's answer, on one line.

    >>> _message(b'{"message": "Invalid", "errors": ["too long", {"field": "tag_name", "code": "missing"}, 1]}')
    'Invalid; too long; tag_name: missing'
    >>> _message(b"<html>"), _message(b"null")
    ('no reason given', 'no reason given')
    """
    report = _Report()
    if len(body) <= limits.REASON_SIZE:
        with suppress(ValueError, RecursionError):
            report = msgspec.json.decode(body, type=_Report)
    reasons = [report.message, *filter(None, map(_detail, report.errors))]
    return " ".join("; ".join(reasons).split())


def _detail(error: object) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or f"{error.get('field')}: {error.get('code')}")
    return error if isinstance(error, str) else ""


# A part of the message that GitHub sends if the setting of the repository or the organization is off.
_ACTIONS_SETTING = "not permitted to create or approve pull requests"


class InvalidToken(GitHubFailure):
    """A request that was not sent, because the token has a character that no token has."""

    def to_error(self, action: str, caller: Caller, permission: str, now: float) -> ShipitError:
        what = (
            f"{caller.token} has a character that no token has, such as a line break; GitHub was not asked to {action}"
        )
        return AuthError(
            what, where=caller.slug, hint=f"set {caller.token_name.place} again, to the token and nothing else"
        )


def _seconds(header: str) -> float | None:
    """Return the number in a header; None if it is not one that a date can hold."""
    return float(header) if _NUMBER.fullmatch(header) else None


def _refused(failure: GitHubFailure, action: str, caller: Caller, permission: str) -> AuthError:
    slug, token, place = caller.slug, caller.token, caller.token_name.place
    if not caller.has_token:
        what = f"{token} is not set; GitHub needs it to {action}: {failure.message}"
        return AuthError(
            what, where=slug, hint=f"set {place} to a token with the permission `{permission}` on `{slug}`"
        )
    if failure.status == 401:
        what = f"GitHub rejected {token} when asked to {action}: {failure.message}"
        return AuthError(what, where=slug, hint=f"set {place} to a token that is valid and not expired")
    if _ACTIONS_SETTING in failure.message:
        return AuthError(
            f"GitHub Actions is not allowed to open pull requests in `{slug}`",
            where=slug,
            hint="turn on `Allow GitHub Actions to create and approve pull requests` in the settings of the "
            f"repository, under Actions → General; or set {place} to the token of an App",
        )
    return AuthError(
        f"{token} has no permission to {action}: {failure.message}",
        where=slug,
        hint=f"give it the permission `{permission}` on `{slug}`",
    )

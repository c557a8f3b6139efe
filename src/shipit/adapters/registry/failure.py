"""Failed requests to a registry: whether to try again, when, and the error for the user.

The OCI distribution specification defines the statuses and the form of errors ("Error codes").
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from shipit.adapters.http.bounded_http import Answer
from shipit.core import limits
from shipit.errors import AuthError, RemoteError, ShipitError

if TYPE_CHECKING:
    from shipit.adapters.login import Login

REFUSALS = (401, 403)
_PROXY_LOGIN = 407
# A registry that stores a blob for another client can refuse what needs it; all of it is then sent again.
_UNSEEN = {"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN", "DIGEST_INVALID", "BLOB_UPLOAD_UNKNOWN"}
MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)
"""The exceptions for an answer that is not the JSON that it should be: also for invalid UTF-8, and for deep nesting."""
_DAY = 86_400.0  # seconds; no registry means a longer wait


class RegistryFailure(Exception):
    """One failed request.

    Args:
        status: the HTTP status; None if there was no response or an incomplete one.
        message: the message in the registry's response, or a description of the network error.
        transient: whether the same request can succeed a moment later.
        wait: the seconds to wait before that, if the registry says so.
    """

    def __init__(self, status: int | None, message: str, *, transient: bool, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.transient = transient
        self.wait = wait

    def to_error(self, action: str, registry: str, login: Login | None) -> ShipitError:
        """Return the error for the user; `action` is the purpose of the request, as it follows "failed to"."""
        if self.status in REFUSALS:
            return AuthError(f"{self._refused(registry, login)} {action}: {self.message}", hint=login_hint(registry))
        if self.status is None:
            what = f"the request to `{registry}` to {action} failed: {self.message}"
        else:
            what = f"`{registry}` failed to {action}: {self.message} (HTTP {self.status})"
        return RemoteError(what, hint=self._advice, status=self.status, retryable=self.transient)

    def _refused(self, registry: str, login: Login | None) -> str:
        if login is None:
            return f"`{registry}` requires a login to"
        whose = "the login" if login.is_identity_token else f"the login of `{login.username}`"
        return f"`{registry}` rejected {whose} when asked to"

    @property
    def _advice(self) -> str:
        if self.wait:
            return f"run the same command again in {self.wait:.0f} seconds"
        if self.status is None:
            return "check the registry's name, its status and the network, then run the same command again"
        if self.transient:
            return "check the registry's status, then run the same command again"
        return "fix what the registry's message names, then run the same command again"


def login_hint(registry: str) -> str:
    """Return the next step for the user if a login is missing or was refused.

    >>> login_hint("ghcr.io").partition("; ")[0]
    'in GitHub Actions, give the job the permission `packages: write`'
    """
    in_actions = "in GitHub Actions, give the job the permission `packages: write`; elsewhere, "
    by_hand = f"run `docker login {registry}`, or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`"
    return (in_actions if registry == "ghcr.io" else "") + by_hand


def failure_of(method: str, answer: Answer) -> RegistryFailure:
    """Return the failure that the answer to a request reports."""
    status, errors = answer.status, _errors(answer)
    lacks_content = method == "PUT" and any(error.get("code") in _UNSEEN for error in errors)
    transient = status in (408, 429) or status >= 500 or lacks_content
    return RegistryFailure(
        status, _message(answer, errors), transient=transient, wait=_wait(answer.headers.get("Retry-After"))
    )


def _errors(answer: Answer) -> list[dict[str, Any]]:
    """Return the errors in an answer; empty if it does not have the form of the specification."""
    if len(answer.body) > limits.REASON_SIZE:
        return []
    try:
        body = msgspec.json.decode(answer.body)
    except MALFORMED:
        return []
    found = (body.get("errors") or [body]) if isinstance(body, dict) else []
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def _message(answer: Answer, errors: list[dict[str, Any]]) -> str:
    """Return the messages of an answer on one line; its text if there are none, else the words of its status.

    >>> _message(Answer(403, {}, b""), [{"code": "DENIED"}, {}])
    'DENIED'
    >>> _message(Answer(403, {}, b""), [{}])
    'Forbidden'
    """
    if answer.status == _PROXY_LOGIN:
        return "the proxy from the environment variables requires a login"
    messages = (error.get("message") or error.get("details") or error.get("code") for error in errors)
    text = "; ".join(str(message) for message in messages if message)
    if not errors and len(answer.body) <= limits.REASON_SIZE:
        text = answer.body.decode(errors="replace")
    return " ".join(text.split()) or _words(answer.status)


def _words(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def _wait(retry_after: str | None) -> float | None:
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    with suppress(InvalidHeader, ValueError, OverflowError):
        return min(Retry().parse_retry_after(retry_after), _DAY) if retry_after else None
    return None

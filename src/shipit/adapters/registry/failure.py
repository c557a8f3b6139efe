"""Failed requests to a registry: whether to try again, when, and the error for the user.

The OCI distribution specification defines the statuses and the form of errors ("Error codes").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from shipit.core import limits
from shipit.core.redact import shortened
from shipit.errors import AuthError, RemoteError, ShipitError

if TYPE_CHECKING:
    from requests import Response

    from shipit.adapters.login import Login

REFUSALS = (401, 403)
# A registry that stores a blob for another client can refuse what needs it; all of it is then sent again.
_UNSEEN = {"BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN", "DIGEST_INVALID", "BLOB_UPLOAD_UNKNOWN"}
_NETWORK_ERRORS = {
    "NameResolutionError": "no host has this name",
    "NewConnectionError": "the host is not reachable, or it refused the connection",
    "ConnectTimeoutError": "the host did not answer in time",
    "ReadTimeoutError": "the response did not arrive in time",
    "SSLError": "its TLS certificate is not valid, or it does not use TLS",
    "JSONDecodeError": "its token server sent a response that is not JSON",
    **dict.fromkeys(("ValueError", "InvalidURL", "InvalidSchema"), "its response contains an invalid URL"),
    "ProxyError": "the proxy from the environment variables cannot reach it",
}


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


def failure_of(response: Response) -> RegistryFailure:
    """Return the failure that a response reports."""
    status = response.status_code
    transient = status in (408, 429) or status >= 500 or _lacks_content(response)
    return RegistryFailure(
        status, _message(response), transient=transient, wait=_wait(response.headers.get("Retry-After"))
    )


@contextmanager
def translating_network_errors() -> Iterator[None]:
    """Convert the exceptions of `requests` for a missing or incomplete response into `RegistryFailure`."""
    from requests import RequestException
    from requests.exceptions import SSLError

    try:
        yield
    except (RequestException, ValueError) as error:  # a ValueError: the response redirects to an invalid URL
        transient = not isinstance(error, SSLError | ValueError)
        raise RegistryFailure(None, _network_error(error), transient=transient) from error


def _network_error(error: Exception) -> str:
    """Return a description of the error, without the URL, which can contain secrets."""
    cause = error.args[0] if error.args else error
    reason = type(getattr(cause, "reason", None) or cause).__name__
    return _NETWORK_ERRORS.get(reason) or _NETWORK_ERRORS.get(type(error).__name__) or "the connection was interrupted"


def _lacks_content(response: Response) -> bool:
    """Return whether the registry refused a write because it does not see content that was sent before."""
    return response.request.method == "PUT" and any(error.get("code") in _UNSEEN for error in _errors(response))


def _errors(response: Response) -> list[dict[str, Any]]:
    """Return the errors in a response; empty if it does not have the form of the specification."""
    with suppress(ValueError, AttributeError):
        body = response.json()
        found = body.get("errors") or [body]
        return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []
    return []


def _message(response: Response) -> str:
    """Return the messages of a response on one line; its text if there are none, else the words of its status.

    >>> from types import SimpleNamespace
    >>> _message(SimpleNamespace(json=lambda: {"errors": [{"code": "DENIED"}, {}]}, text="", reason="Forbidden"))
    'DENIED'
    >>> _message(SimpleNamespace(json=lambda: {"errors": [{}]}, text="", reason="Forbidden"))
    'Forbidden'
    """
    errors = _errors(response)
    messages = (error.get("message") or error.get("details") or error.get("code") for error in errors)
    text = "; ".join(str(message) for message in messages if message) if errors else response.text
    return shortened(" ".join(text.split()), limits.REGISTRY_REASON) or response.reason or "no reason given"


def _wait(retry_after: str | None) -> float | None:
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    with suppress(InvalidHeader):
        return Retry().parse_retry_after(retry_after) if retry_after else None
    return None

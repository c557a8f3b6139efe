"""What a registry's refusals mean, whether waiting helps, and how to say so.

Statuses and the form of errors are those of the OCI distribution specification, "Error codes".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from shipit.errors import AuthError, RemoteError, ShipitError

if TYPE_CHECKING:
    from requests import Response

    from shipit.adapters.login import Login

REFUSALS = (401, 403)
_LONGEST = 300  # characters of an answer that is no list of errors: some proxies send whole pages
_KINDS = {
    "NameResolutionError": "there is no host of that name",
    "NewConnectionError": "nothing answers there",
    "ConnectTimeoutError": "nothing answers there in time",
    "ReadTimeoutError": "no answer came in time",
    "SSLError": "its certificate is not accepted, or it speaks no TLS",
    "JSONDecodeError": "its token server answers something else than JSON",
    **dict.fromkeys(("ValueError", "InvalidURL", "InvalidSchema"), "it names an address that is none"),
    "ProxyError": "the proxy that the environment names does not lead there",
}


class RegistryFailure(Exception):
    """One request that came to nothing.

    Args:
        status: what was failure_of; None when there was no answer, or half of one.
        said: the registry's own words, or what went wrong on the way.
        passing: whether the same request may well succeed a moment later.
        wait: seconds that the registry asks for until then.
    """

    def __init__(self, status: int | None, said: str, *, passing: bool, wait: float | None = None) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.passing = passing
        self.wait = wait

    def explain(self, doing: str, registry: str, login: Login | None) -> ShipitError:
        """The error for a request that was to `doing`, made with `login`."""
        if self.status in REFUSALS:
            return AuthError(f"{self._refused(registry, login)} {doing}: {self.said}", hint=login_hint(registry))
        if self.status is None:
            what = f"`{registry}` could not be reached to {doing}: {self.said}"
        else:
            what = f"`{registry}` failed to {doing}: {self.said} (HTTP {self.status})"
        return RemoteError(what, hint=self._advice, status=self.status, retryable=self.passing)

    def _refused(self, registry: str, login: Login | None) -> str:
        if login is None:
            return f"`{registry}` wants a login to"
        whose = "the login" if login.is_identity_token else f"the login of `{login.username}`"
        return f"`{registry}` does not accept {whose} to"

    @property
    def _advice(self) -> str:
        if self.wait:
            return f"run the same command again in {self.wait:.0f} seconds"
        if self.status is None:
            return (
                "check the registry's name, and that it runs and is reached from here; then run the same command again"
            )
        return "run the same command again" if self.passing else "mend what the registry names, then run again"


def login_hint(registry: str) -> str:
    """What to do where a login is missing or refused.

    >>> login_hint("ghcr.io").partition(", else ")[0]
    'give the job `packages: write`, where it pushes with the token of GitHub Actions'
    """
    in_a_job = "give the job `packages: write`, where it pushes with the token of GitHub Actions, else "
    by_hand = f"`docker login {registry}`, or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`"
    return (in_a_job if registry == "ghcr.io" else "") + by_hand


def failure_of(response: Response) -> RegistryFailure:
    """The failure that an answer tells."""
    status = response.status_code
    passing = status in (408, 429) or status >= 500
    return RegistryFailure(status, _said(response), passing=passing, wait=_wait(response.headers.get("Retry-After")))


@contextmanager
def translating_network_errors() -> Iterator[None]:
    """Turns what goes wrong before a whole answer is there into a `RegistryFailure`."""
    from requests import RequestException
    from requests.exceptions import SSLError

    try:
        yield
    except (RequestException, ValueError) as error:  # a ValueError: where it sends us is no address
        raise RegistryFailure(None, _kind(error), passing=not isinstance(error, SSLError | ValueError)) from error


def _kind(error: Exception) -> str:
    """What happened, without the address: it may hold what is nobody's business."""
    cause = error.args[0] if error.args else error
    reason = type(getattr(cause, "reason", None) or cause).__name__
    return _KINDS.get(reason) or _KINDS.get(type(error).__name__) or "the connection broke"


def _said(response: Response) -> str:
    try:
        told = response.json()
        errors = told.get("errors") or [told]
        said = "; ".join(str(each.get("message") or each.get("details") or each.get("code")) for each in errors)
    except (ValueError, AttributeError, TypeError):
        said = response.text
    return " ".join(said.split())[:_LONGEST] or response.reason or "no reason given"


def _wait(retry_after: str | None) -> float | None:
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    with suppress(InvalidHeader):
        return Retry().parse_retry_after(retry_after) if retry_after else None
    return None

"""Requests to one registry that last through trouble, within bounds.

Retries are not left to urllib3: it does not see that a body is cut short, knows nothing of an upload that has to begin
again as a whole, and sleeps for as long as `Retry-After` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from shipit.adapters.registry.failure import REFUSALS, RegistryFailure, failure_of, translating_network_errors
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.token import authorization, is_loopback, with_authorization
from shipit.adapters.retry_policy import RetryPolicy
from shipit.core.images import DOCKER_HUB
from shipit.core.redact import Redactor

if TYPE_CHECKING:
    from requests import Response, Session

T = TypeVar("T")
_HUB_HOST = "registry-1.docker.io"


class RegistryApi:
    """Performs requests at `registry`. `scopes` are what a token has to allow for a request.

    `doing` completes "it failed to ..." in errors.
    """

    def __init__(self, registry: str, logins: Logins, retry_policy: RetryPolicy) -> None:
        self.registry = registry
        self._logins = logins
        self._policy = retry_policy
        self._held: dict[tuple[str, ...], str | None] = {}  # headers by scopes

    @cached_property
    def base(self) -> str:
        """Where the registry is; without TLS on this machine alone, as docker has it."""
        host = _HUB_HOST if self.registry == DOCKER_HUB else self.registry
        return f"http://{host}" if is_loopback(f"//{host}") else f"https://{host}"

    @cached_property
    def _session(self) -> Session:
        from requests import Session

        session = Session()
        session.headers["User-Agent"] = "shipit"
        return session

    def authorization(self, scopes: Sequence[str]) -> str | None:
        """The header that the registry wanted so far for `scopes`."""
        return self._held.get(tuple(scopes))

    def repeat(self, doing: str, call: Callable[[], T]) -> T:
        """`call`, several times if need be: only for what may be done twice.

        Raises:
            AuthError: a login is missing or refused.
            RemoteError: any other failure.
        """
        for tried in count(1):
            try:
                return call()
            except RegistryFailure as failure:
                pause = self._pause(failure, tried)
                if pause is None:
                    raise failure.explain(doing, self.registry, self._logins.of(self.registry)) from failure
                self._policy.sleep(pause)
        raise AssertionError("count() ended")

    def ask(self, doing: str, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response:
        """The good answer to a request; raises as `repeat` does."""
        return self.repeat(doing, lambda: self.send(method, url, scopes, **options))

    def look(self, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response | None:
        """The good answer to one request; None when what it asks for is not there. Raises `RegistryFailure`.

        Docker Hub and GitHub deny what is not there yet, even to a login that they gave a token.
        """
        try:
            return self.send(method, url, scopes, **options)
        except RegistryFailure as failure:
            if failure.status == 404 or (failure.status in REFUSALS and self._is_admitted(scopes)):
                return None
            raise

    def send(self, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response:
        """The good answer to one request for `url`, which is relative to the registry's. Raises `RegistryFailure`."""
        try:
            with translating_network_errors():
                return self._send(method, urljoin(self.base, url), tuple(scopes), options)
        except RegistryFailure as failure:
            failure.said = self._redact(failure.said)
            raise

    def _send(self, method: str, url: str, scopes: tuple[str, ...], options: dict[str, Any]) -> Response:
        own = urlsplit(url)[:2] == urlsplit(self.base)[:2]  # another host has no business with the token
        response = self._request(method, url, self._held.get(scopes) if own else None, options)
        if response.status_code == 401 and own:
            self._held.pop(scopes, None)
            login = self._logins.of(self.registry)
            self._held[scopes] = authorization(self._session, response, scopes, login, self._policy.timeout)
            response = self._request(method, url, self._held[scopes], options)
        if not response.ok:
            raise failure_of(response)
        return response

    def _request(self, method: str, url: str, header: str | None, options: dict[str, Any]) -> Response:
        if hasattr(options.get("data"), "seek"):
            options["data"].seek(0)
        return self._session.request(
            method, url, auth=with_authorization(header), timeout=self._policy.timeout, **options
        )

    def _is_admitted(self, scopes: Sequence[str]) -> bool:
        """Whether there is a login, and the token server took it."""
        token = (self.authorization(scopes) or "").startswith("Bearer ")
        return token and self._logins.of(self.registry) is not None

    def _redact(self, text: str) -> str:
        tokens = (header.partition(" ")[2] for header in self._held.values() if header)
        return Redactor(tokens)(self._logins.redact(text))

    def _pause(self, failure: RegistryFailure, tried: int) -> float | None:
        """Seconds until the next try; None when there is to be none."""
        if not failure.passing or tried >= self._policy.tries:
            return None
        wait = self._policy.pause * 2 ** (tried - 1) if failure.wait is None else failure.wait
        return wait if wait <= self._policy.longest_wait else None

"""Requests to one registry, with its login, repeated after transient failures.

The retries of urllib3 are not used. They do not detect an incomplete body, cannot start a whole upload again, and sleep
as long as `Retry-After` says, without a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from shipit.adapters.registry.failure import REFUSALS, RegistryFailure, failure_of, translating_network_errors
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.token import authorization_header, is_loopback, with_authorization
from shipit.adapters.retry_policy import RetryPolicy
from shipit.core.images import DOCKER_HUB
from shipit.core.redact import Redactor

if TYPE_CHECKING:
    from requests import Response, Session

_Result = TypeVar("_Result")
_HUB_HOST = "registry-1.docker.io"


class RegistryApi:
    """The requests to one registry.

    In each method, `action` is the purpose of the request for error messages, as it follows "failed to"; `scopes` are
    the permissions that the token for the request needs (`pull_scope`, `push_scope`); `url` is absolute or relative to
    the registry.

    Args:
        registry: its host, with the port if it has one.
        logins: the logins of all registries.
        policy: the limits of waiting and retrying.
    """

    def __init__(self, registry: str, logins: Logins, retry_policy: RetryPolicy) -> None:
        self.registry = registry
        self._logins = logins
        self._policy = retry_policy
        self._headers: dict[tuple[str, ...], str | None] = {}  # the header `Authorization` by scopes

    @cached_property
    def base(self) -> str:
        """The registry's address. Only a registry on this machine is reached without TLS, as docker does it."""
        host = _HUB_HOST if self.registry == DOCKER_HUB else self.registry
        return f"http://{host}" if is_loopback(f"//{host}") else f"https://{host}"

    @cached_property
    def _session(self) -> Session:
        from requests import Session

        session = Session()
        session.headers["User-Agent"] = "shipit"
        return session

    def authorization(self, scopes: Sequence[str]) -> str | None:
        """Return the header `Authorization` that the registry last required for `scopes`; None if it required none."""
        return self._headers.get(tuple(scopes))

    def retry(self, action: str, call: Callable[[], _Result]) -> _Result:
        """Return the result of `call`, and call it again after transient failures; it must be safe to repeat.

        Raises:
            AuthError: the login is missing or was refused.
            RemoteError: any other failure.
        """
        for attempt in count(1):
            try:
                return call()
            except RegistryFailure as failure:
                pause = self._pause(failure, attempt)
                if pause is None:
                    raise failure.to_error(action, self.registry, self._logins.of(self.registry)) from failure
                self._policy.sleep(pause)
        raise AssertionError("count() ended")

    def request(self, action: str, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response:
        """Send a request with retries and return its successful response; raises the errors of `retry`."""
        return self.retry(action, lambda: self.send_once(method, url, scopes, **options))

    def find_once(self, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response | None:
        """Send a request once and return its successful response; None if the object does not exist.

        Docker Hub and GitHub answer 401 or 403 for an object that does not exist, even if the login is valid. So with
        a login that the token server accepted, these statuses count as "does not exist".

        Raises `RegistryFailure`.
        """
        try:
            return self.send_once(method, url, scopes, **options)
        except RegistryFailure as failure:
            if failure.status == 404 or (failure.status in REFUSALS and self._is_admitted(scopes)):
                return None
            raise

    def send_once(self, method: str, url: str, scopes: Sequence[str], **options: Any) -> Response:
        """Send a request once and return its successful response; raises `RegistryFailure`."""
        try:
            with translating_network_errors():
                return self._send(method, urljoin(self.base, url), tuple(scopes), options)
        except RegistryFailure as failure:
            failure.message = self._redact(failure.message)
            raise

    def _send(self, method: str, url: str, scopes: tuple[str, ...], options: dict[str, Any]) -> Response:
        same_host = urlsplit(url)[:2] == urlsplit(self.base)[:2]  # another host must not get the token
        response = self._send_with(self._headers.get(scopes) if same_host else None, method, url, options)
        if response.status_code == 401 and same_host:
            self._headers.pop(scopes, None)
            login = self._logins.of(self.registry)
            self._headers[scopes] = authorization_header(self._session, response, scopes, login, self._policy.timeout)
            response = self._send_with(self._headers[scopes], method, url, options)
        if not response.ok:
            raise failure_of(response)
        return response

    def _send_with(self, header: str | None, method: str, url: str, options: dict[str, Any]) -> Response:
        if hasattr(options.get("data"), "seek"):
            options["data"].seek(0)
        return self._session.request(
            method, url, auth=with_authorization(header), timeout=self._policy.timeout, **options
        )

    def _is_admitted(self, scopes: Sequence[str]) -> bool:
        """Return whether there is a login, and the token server accepted it."""
        token = (self.authorization(scopes) or "").startswith("Bearer ")
        return token and self._logins.of(self.registry) is not None

    def _redact(self, text: str) -> str:
        tokens = (header.partition(" ")[2] for header in self._headers.values() if header)
        return Redactor(tokens)(self._logins.redact(text))

    def _pause(self, failure: RegistryFailure, attempt: int) -> float | None:
        """Return the seconds until the next attempt; None if there is to be no further attempt."""
        if not failure.transient or attempt >= self._policy.tries:
            return None
        wait = self._policy.pause * 2 ** (attempt - 1) if failure.wait is None else failure.wait
        return wait if wait <= self._policy.longest_wait else None

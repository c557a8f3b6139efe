"""Requests to one registry, with its login, repeated after transient failures.

The retries of urllib3 are not used. They do not detect an incomplete body, cannot start a whole upload again, and sleep
as long as `Retry-After` says, without a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from typing import TypeVar

from msgspec.structs import replace

from shipit.adapters.http.bounded_http import Answer, BoundedHttp, origin
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.registry.address import is_loopback
from shipit.adapters.registry.exchange import Request, absolute, exchange
from shipit.adapters.registry.failure import REFUSALS, RegistryFailure, failure_of
from shipit.adapters.registry.login import Logins
from shipit.adapters.registry.token import authorization_header
from shipit.core import limits
from shipit.core.images import DOCKER_HUB
from shipit.core.redact import Redactor, shortened

_Result = TypeVar("_Result")
_HUB_HOST = "registry-1.docker.io"


class RegistryApi:
    """The requests to one registry.

    In each method, `action` is the purpose of the request for error messages, as it follows "failed to"; `scopes` are
    the permissions that the token for the request needs (`pull_scope`, `push_scope`).

    Args:
        registry: its host, with the port if it has one.
        logins: the logins of all registries.
        policy: the limits of waiting and retrying.
    """

    def __init__(self, registry: str, logins: Logins, retry_policy: RetryPolicy) -> None:
        self.registry = registry
        self._logins = logins
        self._policy = retry_policy
        self._http = BoundedHttp()
        self._headers: dict[tuple[str, ...], str | None] = {}  # the header `Authorization` by scopes

    @cached_property
    def base(self) -> str:
        """The registry's address. Only a registry on this machine is reached without TLS, as docker does it."""
        host = _HUB_HOST if self.registry == DOCKER_HUB else self.registry
        return f"http://{host}" if is_loopback(f"//{host}") else f"https://{host}"

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
                self._policy.wait(pause, f"`{self.registry}`: {failure.message}", attempt)
        raise AssertionError("count() ended")

    def request(self, action: str, request: Request, scopes: Sequence[str]) -> Answer:
        """Send a request with retries and return its successful answer; raises the errors of `retry`."""
        return self.retry(action, lambda: self.send_once(request, scopes))

    def find_once(self, request: Request, scopes: Sequence[str]) -> Answer | None:
        """Send a request once and return its successful answer; None if the object does not exist.

        Docker Hub and GitHub answer 401 or 403 for an object that does not exist, even if the login is valid. So with
        a login that the token server accepted, these statuses count as "does not exist".

        Raises `RegistryFailure`.
        """
        try:
            return self.send_once(request, scopes)
        except RegistryFailure as failure:
            if failure.status == 404 or (failure.status in REFUSALS and self._is_admitted(scopes)):
                return None
            raise

    def send_once(self, request: Request, scopes: Sequence[str]) -> Answer:
        """Send a request once and return its successful answer; raises `RegistryFailure`."""
        try:
            return self._send(replace(request, url=absolute(self.base, request.url)), tuple(scopes))
        except RegistryFailure as failure:
            failure.message = shortened(self._redact(failure.message), limits.REGISTRY_REASON)
            raise

    def _send(self, request: Request, scopes: tuple[str, ...]) -> Answer:
        same_host = origin(request.url) == origin(self.base)  # another host must not get the token
        answer = self._exchange(request, self._headers.get(scopes) if same_host else None)
        if answer.status == 401 and same_host:
            self._headers.pop(scopes, None)
            login = self._logins.of(self.registry)
            self._headers[scopes] = authorization_header(self._exchange, answer, scopes, login)
            answer = self._exchange(request, self._headers[scopes])
        if not answer.ok:
            raise failure_of(request.method, answer)
        return answer

    def _exchange(self, request: Request, authorization: str | None) -> Answer:
        bounds = self._policy.answer
        if request.to:
            bounds = self._policy.download
        elif not isinstance(request.body, bytes | None):
            bounds = self._policy.upload
        if request.size is not None:
            bounds = replace(bounds, size=request.size if request.to else min(request.size, bounds.size))
        return exchange(self._http, request, authorization, bounds)

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

"""The header `Authorization` for a registry: a token from its token server, or the login itself.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens,
https://distribution.github.io/distribution/spec/auth/oauth/
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shipit.adapters.login import Login
from shipit.adapters.registry.failure import RegistryFailure, failure_of

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session


def pull_scope(repository: str) -> str:
    """Return the scope of a token that can read `repository`."""
    return f"repository:{repository}:pull"


def push_scope(repository: str) -> str:
    """Return the scope of a token that can read and write `repository`."""
    return f"repository:{repository}:pull,push"


def is_loopback(url: str) -> bool:
    """Return whether the host of `url` is this machine; docker reaches registries on it without TLS.

    >>> [is_loopback(url) for url in ("//localhost:5000", "//127.0.0.5", "//[::1]:80", "//localhost.example")]
    [True, True, True, False]
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def with_authorization(header: str | None) -> Callable[[PreparedRequest], PreparedRequest]:
    """Return a value for the argument `auth` of `requests` that sets the header `Authorization`.

    It is also needed without a header: it keeps `requests` from sending a login from `~/.netrc`.
    """

    def set_header(request: PreparedRequest) -> PreparedRequest:
        if header:
            request.headers["Authorization"] = header
        return request

    return set_header


def authorization_header(
    session: Session, challenge: Response, scopes: Sequence[str], login: Login | None, timeout: float
) -> str | None:
    """Return the value of `Authorization` for a registry that answered 401; None if there is no login to send.

    Args:
        challenge: the response 401, with the header `WWW-Authenticate`.
        scopes: the permissions that the token needs.
        login: the login for the token server; None requests a token without a login.
        timeout: in seconds.

    Raises `RegistryFailure` if the token server issues no token.
    """
    wanted = _challenges(challenge)
    if "bearer" in wanted:
        return f"Bearer {_token(session, wanted['bearer'], scopes, login, timeout)}"
    return f"Basic {login.basic}" if login and "basic" in wanted else None


def may_push(header: str | None, repository: str) -> bool | None:
    """Return whether the token in `header` allows a push to `repository`; None if the token does not say it.

    Most token servers issue a JWT that lists the permissions:
    https://distribution.github.io/distribution/spec/auth/jwt/
    """
    try:
        payload = (header or "").split(".")[1]
        access = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["access"]
        actions = {action for each in access or () if each["name"] == repository for action in each["actions"]}
    except (LookupError, ValueError, TypeError):
        return None
    return not actions.isdisjoint(("push", "*"))


def _challenges(response: Response) -> Mapping[str, Mapping[str, str]]:
    """Return the parameters of each authentication scheme in `WWW-Authenticate`, by lower-case name."""
    from requests.utils import parse_dict_header

    lines = (line.partition(" ") for line in response.raw.headers.getlist("WWW-Authenticate"))
    return {scheme.lower(): parse_dict_header(rest) for scheme, _, rest in lines}  # type: ignore[no-untyped-call]


def _token(
    session: Session, wanted: Mapping[str, str], scopes: Sequence[str], login: Login | None, timeout: float
) -> str:
    realm, service = wanted.get("realm", ""), wanted.get("service", "")
    if login and urlsplit(realm).scheme != "https" and not is_loopback(realm):
        raise RegistryFailure(None, f"it wants the login to be sent to `{realm}` without encryption", transient=False)
    if login and login.is_identity_token:
        form = {"grant_type": "refresh_token", "client_id": "shipit", "refresh_token": login.password}
        form |= {"service": service, "scope": " ".join(scopes)}
        response = session.post(realm, form, timeout=timeout, allow_redirects=False, auth=with_authorization(None))
    else:
        query = [("service", service), *(("scope", scope) for scope in scopes)]
        header = f"Basic {login.basic}" if login else None
        response = session.get(realm, params=query, timeout=timeout, auth=with_authorization(header))
    if response.status_code != 200:
        raise failure_of(response)
    return _token_in(response.json())


def _token_in(body: Any) -> str:
    token = (body.get("token") or body.get("access_token")) if isinstance(body, dict) else None
    if not isinstance(token, str):
        raise RegistryFailure(None, "its token server sent a response without a token", transient=False)
    return token

"""What a registry wants to hear before it answers: a token of its token server, or the login itself.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens, .../auth/oauth/
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
    """The scope of a token that reads `repository`."""
    return f"repository:{repository}:pull"


def push_scope(repository: str) -> str:
    """The scope of a token that reads and writes `repository`."""
    return f"repository:{repository}:pull,push"


def is_loopback(url: str) -> bool:
    """Whether `url` leads to this machine, which docker reaches without TLS.

    >>> [is_loopback(url) for url in ("//localhost:5000", "//127.0.0.5", "//[::1]:80", "//localhost.example")]
    [True, True, True, False]
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def with_authorization(header: str | None) -> Callable[[PreparedRequest], PreparedRequest]:
    """Puts `header` on a request; without one, keeps `requests` from looking for a login in `~/.netrc`."""

    def bear(request: PreparedRequest) -> PreparedRequest:
        if header:
            request.headers["Authorization"] = header
        return request

    return bear


def authorization(
    session: Session, challenge: Response, scopes: Sequence[str], login: Login | None, timeout: float
) -> str | None:
    """The header that answers `challenge`, a 401; None where there is nothing to say.

    Raises `RegistryFailure` where the token server gives no token.
    """
    wanted = _challenges(challenge)
    if "bearer" in wanted:
        return f"Bearer {_token(session, wanted['bearer'], scopes, login, timeout)}"
    return f"Basic {login.basic}" if login and "basic" in wanted else None


def may_push(header: str | None, repository: str) -> bool | None:
    """Whether the token in `header` allows it; None where that is not to be seen.

    Most token servers write it into the token: https://distribution.github.io/distribution/spec/auth/jwt/
    """
    try:
        payload = (header or "").split(".")[1]
        access = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["access"]
        actions = {action for each in access or () if each["name"] == repository for action in each["actions"]}
    except (LookupError, ValueError, TypeError):
        return None
    return not actions.isdisjoint(("push", "*"))


def _challenges(response: Response) -> Mapping[str, Mapping[str, str]]:
    """The parameters of each scheme that would do."""
    from requests.utils import parse_dict_header

    lines = (line.partition(" ") for line in response.raw.headers.getlist("WWW-Authenticate"))
    return {scheme.lower(): parse_dict_header(rest) for scheme, _, rest in lines}  # type: ignore[no-untyped-call]


def _token(
    session: Session, wanted: Mapping[str, str], scopes: Sequence[str], login: Login | None, timeout: float
) -> str:
    realm, service = wanted.get("realm", ""), wanted.get("service", "")
    if login and urlsplit(realm).scheme != "https" and not is_loopback(realm):
        raise RegistryFailure(None, f"it wants the login sent to `{realm}`, in the clear", passing=False)
    if login and login.is_identity_token:
        form = {"grant_type": "refresh_token", "client_id": "shipit", "refresh_token": login.password}
        form |= {"service": service, "scope": " ".join(scopes)}
        answer = session.post(realm, form, timeout=timeout, allow_redirects=False, auth=with_authorization(None))
    else:
        query = [("service", service), *(("scope", scope) for scope in scopes)]
        header = f"Basic {login.basic}" if login else None
        answer = session.get(realm, params=query, timeout=timeout, auth=with_authorization(header))
    if answer.status_code != 200:
        raise failure_of(answer)
    return _held(answer.json())


def _held(told: Any) -> str:
    token = (told.get("token") or told.get("access_token")) if isinstance(told, dict) else None
    if not isinstance(token, str):
        raise RegistryFailure(None, "its token server answers without a token", passing=False)
    return token

"""The header `Authorization` for a registry: a token from its token server, or the login itself.

https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens,
https://distribution.github.io/distribution/spec/auth/oauth/
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from shipit.adapters.http.bounded_http import Answer
from shipit.adapters.login import Login
from shipit.adapters.registry.address import is_loopback
from shipit.adapters.registry.exchange import Request, absolute
from shipit.adapters.registry.failure import MALFORMED, RegistryFailure, failure_of

Send = Callable[[Request, str | None], Answer]
"""A function that sends a request with a value for the header `Authorization`."""


class _Token(Struct):
    token: str | None = None
    access_token: str | None = None


class _Access(Struct):
    name: str
    actions: tuple[str, ...] = ()


class _Claims(Struct):
    access: tuple[_Access, ...] | None


def authorization_header(send: Send, challenge: Answer, scopes: Sequence[str], login: Login | None) -> str | None:
    """Return the value of `Authorization` for a registry that answered 401; None if there is no login to send.

    Args:
        challenge: the response 401, with the header `WWW-Authenticate`.
        scopes: the permissions that the token needs.
        login: the login for the token server; None requests a token without a login.

    Raises `RegistryFailure` if the token server issues no token.
    """
    wanted = _challenges(challenge)
    if "bearer" in wanted:
        return f"Bearer {_token(send, wanted['bearer'], scopes, login)}"
    return f"Basic {login.basic}" if login and "basic" in wanted else None


def may_push(header: str | None, repository: str) -> bool | None:
    """Return whether the token in `header` allows a push to `repository`; None if the token does not say it.

    Most token servers issue a JWT that lists the permissions:
    https://distribution.github.io/distribution/spec/auth/jwt/
    """
    _, _, payload = (header or "").partition(".")
    payload = payload.partition(".")[0]
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
    except MALFORMED:  # `binascii.Error` is a `ValueError`
        return None
    actions = {action for each in claims.access or () if each.name == repository for action in each.actions}
    return not actions.isdisjoint(("push", "*"))


def _challenges(answer: Answer) -> Mapping[str, Mapping[str, str]]:
    """Return the parameters of each authentication scheme in `WWW-Authenticate`, by lower-case name."""
    from urllib.request import parse_http_list

    found = {}
    for line in answer.headers.getlist("WWW-Authenticate"):
        scheme, _, rest = line.partition(" ")
        pairs = (item.partition("=") for item in parse_http_list(rest))
        found[scheme.lower()] = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    return found


def _token(send: Send, wanted: Mapping[str, str], scopes: Sequence[str], login: Login | None) -> str:
    realm, service = absolute("", wanted.get("realm", "")), wanted.get("service", "")
    if login and urlsplit(realm).scheme != "https" and not is_loopback(realm):
        raise RegistryFailure(None, f"it wants the login to be sent to `{realm}` without encryption", transient=False)
    if login and login.is_identity_token:
        form = {"grant_type": "refresh_token", "client_id": "shipit", "refresh_token": login.password}
        body = urlencode({**form, "service": service, "scope": " ".join(scopes)}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = send(Request("POST", realm, kind, body, follow=False), None)
    else:
        query = urlencode([("service", service), *(("scope", scope) for scope in scopes)])
        url = f"{realm}{'&' if urlsplit(realm).query else '?'}{query}"
        answer = send(Request("GET", url), f"Basic {login.basic}" if login else None)
    if answer.status != 200:
        raise failure_of("POST", answer)
    return _token_in(answer)


def _token_in(answer: Answer) -> str:
    try:
        found = msgspec.json.decode(answer.body, type=_Token)
    except msgspec.ValidationError:
        found = _Token()  # JSON of another form
    except MALFORMED as error:
        what = "its token server sent a response that is not JSON"
        raise RegistryFailure(None, what, transient=True) from error
    token = found.token or found.access_token or ""
    if not token.isascii() or not token.isprintable() or not token:
        raise RegistryFailure(None, "its token server sent a response without a token", transient=False)
    return token

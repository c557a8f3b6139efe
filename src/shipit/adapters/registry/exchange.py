"""One request to a registry or a token server, with its redirects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, field

from shipit.adapters.http.bounded_http import Answer, BoundedHttp, HttpFailure, Limits, origin, redirect_target
from shipit.adapters.registry.address import is_loopback
from shipit.adapters.registry.failure import RegistryFailure, failure_of
from shipit.core import limits

_SAME_METHOD = (307, 308)  # the redirects after which also a POST and a PUT are sent again


class Request(Struct, frozen=True):
    """A request.

    Args:
        url: absolute, or relative to the registry.
        headers: all headers except `Authorization`.
        body: the content to send; a file is sent from its beginning.
        to: a file that gets the body of a successful answer.
        size: the largest answer, in bytes; None for the usual limit.
        follow: False for a body that must not be sent to another address.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | IO[bytes] | None = None
    to: IO[bytes] | None = None
    size: int | None = None
    follow: bool = True


def exchange(http: BoundedHttp, request: Request, authorization: str | None, bounds: Limits) -> Answer:
    """Send `request` and return its answer, after redirects.

    The header `Authorization` is only sent to the host of the first address. Raises `RegistryFailure`.
    """
    url = request.url
    for _ in range(limits.REDIRECTS + 1):
        header = authorization if origin(url) == origin(request.url) else None
        answer = _send(http, request, url, header, bounds)
        target = _redirect(url, answer) if request.follow else None
        if target is None:
            return answer
        if request.method not in ("GET", "HEAD") and answer.status not in _SAME_METHOD:
            raise failure_of(request.method, answer)
        url = target
    raise RegistryFailure(None, f"it redirects more than {limits.REDIRECTS} times", transient=False)


def absolute(base: str, url: str) -> str:
    """Return the absolute form of a URL in an answer; raises `RegistryFailure` if it is not valid."""
    try:
        joined = urljoin(base, url)
        scheme, host, _ = origin(joined)
    except ValueError:
        joined = scheme = host = ""
    if scheme not in ("http", "https") or not host:
        raise _invalid_url()
    return joined


def _send(http: BoundedHttp, request: Request, url: str, authorization: str | None, bounds: Limits) -> Answer:
    headers = {**request.headers, **({"Authorization": authorization} if authorization else {})}
    if request.body is not None and not isinstance(request.body, bytes):
        headers["Content-Length"] = str(request.body.seek(0, os.SEEK_END))
        request.body.seek(0)
    if request.to:
        request.to.seek(0)
        request.to.truncate()
    try:
        return http.send(request.method, url, bounds, headers=headers, body=request.body, to=request.to)
    except HttpFailure as failure:
        raise RegistryFailure(None, failure.reason, transient=failure.transient) from failure


def _redirect(url: str, answer: Answer) -> str | None:
    """Return the address that `answer` redirects to; None if it is no redirect."""
    try:
        target = redirect_target(url, answer)
    except HttpFailure as failure:
        raise _invalid_url() from failure
    if target and urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http" and not is_loopback(target):
        raise RegistryFailure(None, "it redirects to an address without encryption", transient=False)
    return target


def _invalid_url() -> RegistryFailure:
    return RegistryFailure(None, "its response contains an invalid URL", transient=False)

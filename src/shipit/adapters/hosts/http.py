"""HTTP requests from a host, which are sent to a given address and never follow a redirect or use a proxy."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from shipit.adapters.http.bounded_http import Watch
from shipit.core import limits
from shipit.core.deploy import TOO_LATE, HealthAnswer

_DIGITS = 9  # of the seconds to wait that are read
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def send(
    method: str, url: str, *, headers: Mapping[str, str], timeout: float, address: tuple[str, int] | None = None
) -> HealthAnswer:
    """Send an HTTP request without a body and return the answer; an answer with status 0 if there was none.

    Args:
        method: `GET` or `POST`.
        url: the URL. The certificate of an `https` URL is not verified: it belongs to the public name, and the request
            goes to an address of the host. It is verified if the request has a token that another server must not get.
        headers: the headers; `Host` is also the server name in TLS.
        timeout: the limit for the whole request and its answer, in seconds.
        address: the host and port to connect to instead of those of the URL.
    """
    watch = Watch(timeout)
    try:
        with watch:
            answer = _exchange(method, url, headers, timeout, address, watch)
    except (OSError, http.client.HTTPException, ValueError) as error:
        answer = HealthAnswer(0, _reason(error))
    return HealthAnswer(0, TOO_LATE) if watch.failure else answer


def _exchange(
    method: str, url: str, headers: Mapping[str, str], timeout: float, address: tuple[str, int] | None, watch: Watch
) -> HealthAnswer:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(*(address or (host, port)), timeout=timeout)
    try:
        connection.connect()
        watch.follow(connection)
        if parts.scheme == "https":
            name = urlsplit(f"//{headers.get('Host', parts.netloc)}").hostname
            secret = "Authorization" in headers and host not in _LOOPBACK
            context = ssl.create_default_context() if secret else _unverified()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
        watch.follow(connection)
        connection.request(method, path, headers={"Host": parts.netloc, "Connection": "close", **headers})
        response = connection.getresponse()
        body = response.read(limits.HOST_ANSWER).decode(errors="replace")
        after = response.headers.get("Retry-After", "")
        return HealthAnswer(response.status, body, int(after[:_DIGITS]) if after.isdecimal() else 0)
    finally:
        connection.close()


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loads no certificates, which would take 50 ms
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return TOO_LATE
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens on the port"
    if isinstance(error, http.client.RemoteDisconnected | ConnectionError):
        return "the connection was closed without an answer"
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__

"""HTTP requests whose answer is bounded in time and size. GitHub and the registries are reached through this module.

The library urllib3 limits only the time between two pieces of data: a server that sends one byte a second is never too
slow for it. Here a timer ends the connection when the time for the whole answer is over, in the headers as in the body.
The body is decompressed in pieces, so a small answer cannot become a large one in memory. Headers are limited by
Python: to 100, of 64 KiB each. Redirects are returned and not followed, because only the caller knows which host may be
asked next. Cookies and `~/.netrc` are not used.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from urllib3 import HTTPHeaderDict, PoolManager
    from urllib3.response import BaseHTTPResponse

_Connection = TypeVar("_Connection")
_PIECE = 1 << 16  # bytes
_REDIRECTS = (301, 302, 303, 307, 308)
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # variables that name a file or directory
_REASONS = {
    "NameResolutionError": "no host has this name",
    "NewConnectionError": "the host is not reachable, or it refused the connection",
    "ConnectTimeoutError": "the host did not answer in time",
    "ReadTimeoutError": "the response did not arrive in time",
    "SSLError": "its TLS certificate is not valid, or it does not use TLS",
    "ProxySchemeUnknown": "the proxy from the environment variables has no address with `http://` or `https://`",
    "ProxyError": "the proxy from the environment variables cannot reach it",
    "LocationParseError": "the URL is not valid",
    "DecodeError": "the response is damaged: it cannot be decompressed",
}
_LASTING = ("SSLError", "LocationParseError", "DecodeError", "ProxySchemeUnknown")


class Limits(Struct, frozen=True):
    """The limits of one request and its answer.

    Args:
        silence: the longest time without any data, also until the connection is made, in seconds.
        total: the longest time from the beginning of the request to the end of the answer, in seconds.
        size: the largest body, after decompression, in bytes.
        sending: the longest time to send a request with a file, in seconds; `total` begins after it. 0 if `total` is
            the time for both.
    """

    silence: float
    total: float
    size: int
    sending: float = 0


class Answer(Struct, frozen=True):
    """One complete answer. `headers` ignores case and has `getlist`; `body` is decompressed."""

    status: int
    headers: HTTPHeaderDict
    body: bytes

    @property
    def ok(self) -> bool:
        """True if the request succeeded."""
        return 200 <= self.status < 300


class HttpFailure(Exception):
    """A request without a complete answer, or with one beyond a limit.

    Args:
        reason: a description without the URL, which can contain secrets.
        transient: whether the same request can succeed a moment later.
    """

    def __init__(self, reason: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.transient = transient


class InvalidHeader(HttpFailure):
    """A request that was not sent, because one of its headers has a character that is not allowed."""

    def __init__(self) -> None:
        super().__init__("a header of the request has a character that is not allowed", transient=False)


class _Unwritable(Exception):
    """The error of a file that gets an answer, which is no error of the connection."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class BoundedHttp:
    """A sender of requests that keeps the connections open for the next ones."""

    def __init__(self) -> None:
        self._managers: dict[tuple[str | None, bool], PoolManager] = {}

    def send(
        self,
        method: str,
        url: str,
        limits: Limits,
        *,
        headers: Mapping[str, str],
        body: bytes | IO[bytes] | None = None,
        to: IO[bytes] | None = None,
    ) -> Answer:
        """Send one request and return its answer, also one that is a redirect or reports an error.

        Args:
            body: the content to send; a file is sent from where it stands, its length is a header of the caller.
            to: a file that gets the body of a successful answer; `Answer.body` is empty then.

        Raises `HttpFailure`, and `OSError` if `to` cannot be written.
        """
        from urllib3.exceptions import HTTPError

        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise InvalidHeader
        watch = Watch(limits.sending or limits.total, limits.total if limits.sending else None)
        try:
            with watch, watch.over_new_requests():
                answer = self._exchange(method, url, limits, {"User-Agent": "shipit", **headers}, body, to)
        except _Unwritable as failure:
            raise failure.error from None
        except (HTTPError, OSError, ValueError) as error:
            raise watch.failure or _failure(error) from error
        if watch.failure:  # a connection that ends within the headers looks like the end of the headers
            raise watch.failure
        return answer

    def _exchange(
        self,
        method: str,
        url: str,
        limits: Limits,
        headers: Mapping[str, str],
        body: bytes | IO[bytes] | None,
        to: IO[bytes] | None,
    ) -> Answer:
        from urllib3 import Timeout

        response = self._manager(url).request(
            method,
            url,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=limits.silence, read=limits.silence),
        )
        try:
            kept = bytearray()
            sink = to if to and 200 <= response.status < 300 else None
            read_body(response, limits.size, _writer(sink) if sink else kept.extend)
            response.release_conn()
            return Answer(response.status, response.headers, bytes(kept))
        except BaseException:
            response.close()
            raise

    def _manager(self, url: str) -> PoolManager:
        """Return the connections for `url`, through the proxy that the environment variables name for it."""
        from urllib.request import getproxies, proxy_bypass

        scheme, host, _ = _valid(url)
        proxies = {} if proxy_bypass(host) else getproxies()
        proxy = proxies.get(scheme) or proxies.get("all")
        encrypted = "https" in (scheme, (proxy or "").partition("://")[0])
        if (proxy, encrypted) not in self._managers:
            self._managers[proxy, encrypted] = _manager(proxy, _tls() if encrypted else None)
        return self._managers[proxy, encrypted]


def redirect_target(url: str, answer: Answer) -> str | None:
    """Return the absolute URL that the answer to a request for `url` redirects to; None if it is no redirect.

    Raises `HttpFailure` if the answer names no valid URL.
    """
    if answer.status not in _REDIRECTS:
        return None
    try:
        target = urljoin(url, answer.headers["Location"])
        _valid(target)
    except (KeyError, ValueError, HttpFailure):
        raise HttpFailure("its response redirects to an invalid URL", transient=False) from None
    return target


def origin(url: str) -> tuple[str, str, int | None]:
    """Return the scheme, the host and the port of `url`; raises `ValueError` if it is not valid.

    >>> origin("https://API.github.com/x") == origin("https://api.github.com:443/y")
    True
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _valid(url: str) -> tuple[str, str, int | None]:
    """Return the origin of `url`; raises `HttpFailure` if it is no valid URL of the web."""
    try:
        parts = origin(url)
    except ValueError:
        parts = "", "", None
    if parts[0] not in ("http", "https") or not parts[1]:
        raise HttpFailure("the URL is not valid", transient=False)
    return parts


class Watch:
    """A timer that ends the connection of one exchange when its time is over.

    `failure` is the error then. A connection that ended in this way can look like the end of the answer, so look at
    `failure` after a success, too.
    """

    def __init__(self, seconds: float, then: float | None = None) -> None:
        """Begin with `seconds`; with `then`, these seconds begin anew when the request is sent."""
        self.failure: HttpFailure | None = None
        self._seconds = seconds
        self._then = then
        self._connection: Any = None  # of urllib3 or http.client
        self._socket: socket.socket | None = None

    def __enter__(self) -> None:
        self._timer = threading.Timer(self._seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    @contextmanager
    def over_new_requests(self) -> Iterator[None]:
        """Follow each connection of urllib3 that makes a request in the block, see `watched`."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def sent(self) -> None:
        """Begin the time for the answer."""
        if self._then is not None:
            self._timer.cancel()
            self._seconds = self._then
            self.__enter__()

    def follow(self, connection: Any) -> None:
        """End this connection of urllib3 or http.client at the time limit, and at once if the time is over."""
        self._connection = connection
        # The connection forgets its socket when only the body is left to read.
        self._socket = connection.sock or self._socket
        if self.failure:
            self._end()

    def _expire(self) -> None:
        self.failure = HttpFailure(f"the response was not complete after {self._seconds:g} seconds", transient=False)
        self._end()

    def _end(self) -> None:
        for held in filter(None, (self._socket, self._connection and self._connection.sock)):
            # Not the method of TLS sockets: it changes what the reading thread uses. An error: the socket is closed.
            with suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)


_current: ContextVar[Watch] = ContextVar("current")


class _Watched:
    """A connection of urllib3 that the timer of the current request can end."""

    def connect(self) -> None:
        _current.get().follow(self)
        super().connect()  # type: ignore[misc]
        _current.get().follow(self)

    def request(self, *args: Any, **options: Any) -> None:
        _current.get().follow(self)
        super().request(*args, **options)  # type: ignore[misc]
        _current.get().sent()


def watched_connections(connection: type[_Connection]) -> type[_Connection]:
    """Return a class of connections of urllib3 that a `Watch` can end."""
    return type(connection.__name__, (_Watched, connection), {})  # error messages name the class


def watch_connections(manager: PoolManager) -> None:
    """Let `manager` make connections that a `Watch` can end."""
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": watched_connections(connection)})
        for scheme, pool, connection in (
            ("http", HTTPConnectionPool, HTTPConnection),
            ("https", HTTPSConnectionPool, HTTPSConnection),
        )
    }


def _manager(proxy: str | None, tls: ssl.SSLContext | None) -> PoolManager:
    """Return connections, through `proxy` if it is not None; `tls` is needed if the URL or the proxy has `https`."""
    from urllib3 import PoolManager, ProxyManager, make_headers
    from urllib3.exceptions import LocationParseError, ProxySchemeUnknown
    from urllib3.util import parse_url

    if proxy is None:
        manager = PoolManager(ssl_context=tls)
    else:
        try:
            address = parse_url(proxy if "://" in proxy else f"http://{proxy}")
        except LocationParseError as error:
            raise ProxySchemeUnknown(None) from error
        login = make_headers(proxy_basic_auth=address.auth) if address.auth else None
        manager = ProxyManager(address.url, proxy_headers=login, ssl_context=tls)
    watch_connections(manager)
    return manager


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings for TLS. To read the certificates takes 50 ms, so nothing without TLS calls this."""
    import certifi

    named = next(filter(None, map(os.environ.get, _CERTIFICATES)), certifi.where())
    if os.path.isdir(named):
        return ssl.create_default_context(capath=named)
    return ssl.create_default_context(cafile=named)


def read_body(response: BaseHTTPResponse, size: int, write: Callable[[bytes], object]) -> None:
    """Pass the body of an answer, decompressed, to `write`; raises `HttpFailure` if it has more than `size` bytes."""
    read = 0
    while piece := response.read(_PIECE, decode_content=True):
        read += len(piece)
        if read > size:
            raise too_large(size)
        write(piece)


def _writer(file: IO[bytes]) -> Callable[[bytes], object]:
    """Return a function that writes to `file`; it raises `_Unwritable` if that fails."""

    def write(piece: bytes) -> None:
        try:
            file.write(piece)
        except OSError as error:
            raise _Unwritable(error) from error

    return write


def too_large(size: int) -> HttpFailure:
    """Return the error for an answer with more than `size` bytes."""
    return HttpFailure(f"the response is larger than {size:,} bytes", transient=False)


def _failure(error: Exception) -> HttpFailure:
    kind = type(error).__name__
    return HttpFailure(_REASONS.get(kind, "the connection was interrupted"), transient=kind not in _LASTING)

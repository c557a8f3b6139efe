"""docker's client, with limits of time and size for each answer of the engine.

requests limits only the time between two pieces of data, and the size of an answer not at all. Docker's SDK waits
without any limit for the output of a command in a container.
"""

from __future__ import annotations

import io
import json
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from docker import APIClient
from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.exceptions import ReadTimeout
from urllib3 import HTTPResponse

from shipit.adapters.http.bounded_http import Watch, read_body, too_large, watch_connections, watched_connections
from shipit.adapters.http.json_values import has_too_many_values, too_many_values
from shipit.core import limits

_PIECE = 1 << 16  # bytes


class BoundedClient(APIClient):
    """A connection to an engine. A request ends after its time limit, however the engine answers.

    An answer that is read piece by piece, such as the progress of a pull, has the limit `limits.TRANSFER_TIME`, unless
    its request has a limit of its own. The events in it can be read only to their end.
    """

    def __init__(self, **options: Any) -> None:
        self._watches: weakref.WeakKeyDictionary[Response, Watch] = weakref.WeakKeyDictionary()
        super().__init__(**options)

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:
        """Use an adapter whose connections can be ended; `APIClient` calls this when it is made."""
        if isinstance(adapter, UnixHTTPAdapter):
            adapter = _UnixAdapter(adapter.socket_path, adapter.timeout, max_pool_size=adapter.max_pool_size)
            self._custom_adapter = adapter
        elif isinstance(adapter, HTTPAdapter):
            watch_connections(adapter.poolmanager)
        super().mount(prefix, adapter)

    def send(self, request: PreparedRequest, **options: Any) -> Response:
        """Send a request; raises `ReadTimeout` if its answer takes too long, `HttpFailure` if it is too large."""
        streamed = options.pop("stream", False)
        limit = options["timeout"] = options["timeout"] or limits.ENGINE_SILENCE  # the SDK pulls without a limit
        if streamed and limit == limits.ENGINE_SILENCE:
            limit = limits.TRANSFER_TIME
        watch = Watch(limit)
        with ExitStack() as stack:
            stack.enter_context(watch)
            try:
                with watch.over_new_requests():
                    response = super().send(request, **{**options, "stream": True, "allow_redirects": False})
                    if not streamed:
                        _read(response)
            except Exception as error:
                if watch.failure:
                    raise ReadTimeout(watch.failure.reason) from error
                raise
            if watch.failure:
                raise ReadTimeout(watch.failure.reason)
            if streamed:
                self._watches[response] = watch
                weakref.finalize(response, stack.pop_all().close)
        return response

    def _stream_helper(self, response: Response, decode: bool = False) -> Iterator[Any]:
        """Yield the events of a pull, a push or a build; the SDK would keep one without an end in memory."""
        if not decode:
            yield from super()._stream_helper(response)  # type: ignore[misc]  # missing in the stubs
            return
        self._raise_for_status(response)  # type: ignore[attr-defined]  # missing in the stubs
        with response:
            yield from _events(response)
        if ended := self._watches[response].failure:
            raise ReadTimeout(ended.reason)


def _events(response: Response) -> Iterator[Any]:
    """Yield the events in an answer: each is JSON on its own line."""
    line = bytearray()
    for piece in response.iter_content(_PIECE):
        first, *others = piece.split(b"\n")
        line += first
        if len(line) > limits.ANSWER_SIZE:
            raise too_large(limits.ANSWER_SIZE)
        for other in others:
            if line.strip():
                yield _event(line)
            line = bytearray(other)
    if line.strip():
        yield _event(line)


def _event(line: bytearray) -> Any:
    if has_too_many_values(line):
        raise too_many_values()
    return json.loads(line)


def _read(response: Response) -> None:
    """Read the whole body into memory, where it is read from then on."""
    body = bytearray()
    try:
        read_body(response.raw, limits.ANSWER_SIZE, body.extend)
        if "json" in response.headers.get("Content-Type", "") and has_too_many_values(body):
            raise too_many_values()
    except BaseException:
        response.close()
        raise
    response.raw = HTTPResponse(io.BytesIO(body), status=response.status_code, preload_content=False)


class _UnixAdapter(UnixHTTPAdapter):
    """The adapter for a socket, whose connections can be ended."""

    def get_connection(self, url: str | bytes, proxies: Any = None) -> UnixHTTPConnectionPool:
        with self.pools.lock:
            pool: UnixHTTPConnectionPool | None = self.pools.get(url)
            if pool is None:
                pool = self.pools[url] = _UnixPool(str(url), self.socket_path, self.timeout, maxsize=self.max_pool_size)
            return pool


class _UnixPool(UnixHTTPConnectionPool):
    def _new_conn(self) -> UnixHTTPConnection:  # type: ignore[override]  # its own return type, too
        return _UnixConnection(self.base_url, self.socket_path, self.timeout)  # type: ignore[arg-type]  # not an `int`


_UnixConnection = watched_connections(UnixHTTPConnection)

"""A reverse proxy that passes on pieces as they come, and fails where a fault says so."""

from __future__ import annotations

import contextlib
import http.client
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parts.faulty import Fault

PIECE = 1 << 16  # bytes
PATIENCE = 60  # seconds
TLS_HELLO = b"\x16"
NO_TLS = b"HTTP/1.0 400 Bad Request\r\n\r\n"  # by which an engine on containerd sees that it is to go on without


@dataclass(frozen=True)
class Request:
    """A request as it came, and the status that it was answered with: None where the connection was cut."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int | None


class Proxy(ThreadingHTTPServer):
    """Stands on a free port of 127.0.0.1 before the server at `upstream`."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: str, fault: Callable[[str, str], Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream, self.fault = upstream, fault
        self.requests: list[Request] = []
        self._answering = 0
        self._quiet = threading.Condition()
        self._open: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self._open.append(connection)
        return connection, address

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """While a request is answered: its client may have the answer before it stands in `requests`."""
        with self._quiet:
            self._answering += 1
        try:
            yield
        finally:
            with self._quiet:
                self._answering -= 1
                self._quiet.notify_all()

    def wait_until_quiet(self) -> None:
        with self._quiet:
            self._quiet.wait_for(lambda: not self._answering, PATIENCE)

    def server_close(self) -> None:
        super().server_close()
        for connection in self._open:  # clients keep theirs for a further request
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # clients that go away are expected here
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """One connection of a client; each of its requests goes on by a connection of its own.

    The server behind sees the client's `Host`, so that its `Location` leads back here.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for its second half
    server: Proxy

    def handle(self) -> None:
        if self.connection.recv(1, socket.MSG_PEEK) == TLS_HELLO:  # an engine tries TLS first
            self.connection.sendall(NO_TLS)
        else:
            super().handle()

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet: tests read `requests`."""

    def _serve(self) -> None:
        with self.server.answering():
            self._serve_one()

    def _serve_one(self) -> None:
        fault = self.server.fault(self.command, self.path)
        self._pieces = self._read_body()
        self._status: int | None = None
        try:
            self._answer(fault)
        except _Cut:
            self.close_connection = True
        finally:
            request = Request(self.command, self.path, dict(self.headers.items()), self._status)
            self.server.requests.append(request)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _answer(self, fault: Fault) -> None:
        if not fault.after:
            fault.call()
        if fault.after or not fault.instead:
            self._ask(fault)
        else:
            self._fail(fault)

    def _ask(self, fault: Fault) -> None:
        with contextlib.closing(http.client.HTTPConnection(self.server.upstream, timeout=PATIENCE)) as upstream:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has read all
                self._pass_on(upstream, fault.cut_after)
            answer = upstream.getresponse()
            if fault.after:
                fault.call()
            if fault.instead:
                self._fail(fault)
            else:
                self._relay(answer, fault.digest)

    def _pass_on(self, upstream: http.client.HTTPConnection, cut_after: int | None) -> None:
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "keep-alive"):
                upstream.putheader(name, value)
        upstream.endheaders()
        left = cut_after
        for piece in self._pieces:
            upstream.send(self._framed(piece[:left]))
            if left is not None and (left := left - len(piece)) <= 0:
                raise _Cut
        if self._chunked:
            upstream.send(b"0\r\n\r\n")

    def _fail(self, fault: Fault) -> None:
        if fault.cut or fault.status is None:
            raise _Cut
        self._begin(fault.status, {**fault.headers, "Content-Length": str(len(fault.body.encode()))})
        if self.command != "HEAD":
            self.wfile.write(fault.body.encode())

    def _relay(self, answer: http.client.HTTPResponse, digest: str | None) -> None:
        headers = {name.title(): value for name, value in answer.getheaders()}
        for name in ("Connection", "Keep-Alive", "Transfer-Encoding"):
            headers.pop(name, None)
        if digest:
            headers["Docker-Content-Digest"] = digest
        if answer.length is None:  # its end is the end of the connection
            headers["Connection"] = "close"
        self._begin(answer.status, headers)
        shutil.copyfileobj(answer, self.wfile)

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        for _ in self._pieces:  # what nobody read would be taken for the next request
            pass
        self._status = status
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    @property
    def _chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "")

    def _framed(self, piece: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece

    def _read_body(self) -> Iterator[bytes]:
        if self._chunked:
            while size := int(self.rfile.readline().partition(b";")[0] or b"!", 16):
                yield from self._read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            yield from self._read(int(self.headers.get("Content-Length", 0)))

    def _read(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self.rfile.read1(min(size, PIECE))
            if not piece:
                raise ConnectionAbortedError("the client went away")
            size -= len(piece)
            yield piece


class _Cut(Exception):
    """The connection is to end here."""

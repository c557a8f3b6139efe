"""HTTP, and nothing of GitHub but its headers."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, cast

from standin.answers import Answer
from standin.faults import Fault

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

RATE = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "4102444800"}


def encoded(answer: Answer) -> bytes:
    if answer.raw is not None:
        return answer.raw
    return b"" if answer.json is None else json.dumps(answer.json).encode()


def handler(github: GitHubStandIn, closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    """The class by which http.server serves `github`; `closing` ends every hanging answer."""
    ids = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        _headers_buffer: list[bytes]  # of http.server, whose stub leaves it out

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = cast(Mapping[str, str], self.headers)  # no dict, which would know names by one spelling only
            answer, fault = github.answer(self.command, self.path, headers, body)
            if fault and fault.hang:
                closing.wait(fault.hang)
                self._drop()
            else:
                self._send(answer, fault)

        def _send(self, answer: Answer, fault: Fault | None) -> None:
            body = encoded(answer)
            self.send_response(answer.status)
            for name, value in {**RATE, "X-GitHub-Request-Id": f"STANDIN:{next(ids)}", **answer.headers}.items():
                self.send_header(name, value)
            if answer.json is not None:
                self.send_header("Content-Type", "application/json; charset=utf-8")
            if not (fault and fault.drip):
                self.send_header("Content-Length", str(len(body)))
            self._headers_buffer.append(b"\r\n")  # one packet for head and body: two would wait for each other
            head = b"".join(self._headers_buffer)
            self._headers_buffer.clear()
            if fault and fault.cut:
                self.wfile.write(head + body[: len(body) // 2])
                self._drop()
            else:
                self.wfile.write(head + body)
            if fault and fault.drip:
                self._drip(fault.drip)

        def _drip(self, piece: bytes) -> None:
            """Send `piece` again and again: slowly if it is a single byte, else as fast as the client reads."""
            self.close_connection = True
            with suppress(OSError):  # the client hung up
                while not closing.wait(0.01 if len(piece) == 1 else 0):
                    self.wfile.write(piece)

        def _drop(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *args: object) -> None:
            """The stand-in keeps its own log."""

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = serve

    return Handler

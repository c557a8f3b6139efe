"""Answers of a cluster that go wrong, from a request of kubectl on."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

_REASONS = {500: "InternalError", 503: "ServiceUnavailable", 403: "Forbidden", 409: "Conflict", 429: "TooManyRequests"}
_PATIENCE = 60  # seconds
FAULTS: Mapping[str, Any] = {
    **{str(status): status for status in _REASONS},
    **{name: name for name in ("hang", "drip", "endless", "cut", "html", "null", "wrong types")},
}
_BODIES = {
    "html": b"<html><body>Log in</body></html>",
    "null": b"null",
    "wrong types": b'{"kind": "List", "metadata": 1, "spec": [], "items": {}, "data": 7, "status": "no"}',
}


@dataclass
class Faults:
    """Spoils the requests of kubectl from the one with the number `first` on, beginning with 1.

    Args:
        fault: one of `FAULTS`; empty for none.
        first: the number of the request; `once` is True to spoil no other.
        seen: the number of requests so far.
    """

    fault: str = ""
    first: int = 1
    once: bool = False
    seen: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def strikes(self, request: BaseHTTPRequestHandler) -> bool:
        """Return whether to spoil this request; it is then answered with `spoil`."""
        if not request.headers.get("User-Agent", "").startswith("kubectl/"):
            return False
        with self._lock:
            self.seen += 1
            return bool(self.fault) and (self.seen == self.first or (self.seen > self.first and not self.once))

    def spoil(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request as the fault does."""
        kind = FAULTS[self.fault]
        request.close_connection = True
        if kind == "cut":
            return
        if kind == "hang":
            _wait_for_end(request)
        elif isinstance(kind, int):
            status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": kind, "message": "spoilt"}
            _send(request, kind, json.dumps({**status, "reason": _REASONS[kind]}).encode())
        elif kind in ("drip", "endless"):
            _send(request, 200, b"[", length=False)
            while True:
                request.wfile.write(b" " if kind == "drip" else b" " * 65536)
                request.wfile.flush()
                time.sleep(0.2 if kind == "drip" else 0)
        else:
            _send(request, 200, _BODIES[kind])


def _wait_for_end(request: BaseHTTPRequestHandler) -> None:
    request.connection.settimeout(_PATIENCE)
    request.rfile.read(1)


def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, *, length: bool = True) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    if status == 429:
        request.send_header("Retry-After", "1")
    if length:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)

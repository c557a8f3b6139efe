"""A small registry in memory with a token server, of which one kind of request is answered badly."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LAYER = b"layer" * 1000
CONFIG = b'{"config": {"Labels": {"version": "1.4.0"}}}'


def _descriptor(data: bytes, kind: str) -> dict[str, object]:
    media_type = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}


_CONTENT = {
    "schemaVersion": 2,
    "config": _descriptor(CONFIG, "config.v1+json"),
    "layers": [_descriptor(LAYER, "layer.v1.tar")],
}
MANIFEST = json.dumps(_CONTENT).encode()
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
REQUESTS = {
    "GET /v2/": "the check of the login",
    "GET /token": "the token",
    "GET manifests": "the manifest",
    "HEAD blobs": "the check for a blob",
    "GET blobs": "a blob",
    "POST uploads": "the start of an upload",
    "PUT upload": "an upload",
    "PUT manifests": "the write of the manifest",
}
Fault = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """The registry: every request needs a token; nothing can be mounted; the target has no blob yet."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self._kind()
        if kind == self.server.faulty:
            self.close_connection = True
            self.server.fault(self)
        elif kind == "GET /token":
            self.answer(200, b'{"token": "t"}')
        elif not self.headers.get("Authorization", "").startswith("Bearer"):
            self.answer(401, b"{}", f'WWW-Authenticate: Bearer realm="http://{self.headers["Host"]}/token",service="s"')
        else:
            self._serve(kind)

    do_HEAD = do_POST = do_PUT = do_GET

    def _kind(self) -> str:
        path = self.path.partition("?")[0]
        if path in ("/v2/", "/token"):
            return f"{self.command} {path}"
        return f"{self.command} {'uploads' if path.endswith('/uploads/') else path.split('/')[-2]}"

    def _serve(self, kind: str) -> None:
        if kind == "GET manifests":
            self.answer(200, MANIFEST, f"Docker-Content-Digest: {DIGEST}")
        elif kind == "GET blobs":
            self.answer(200, LAYER if self.path.endswith(hashlib.sha256(LAYER).hexdigest()) else CONFIG)
        elif kind == "HEAD blobs":
            self.answer(404)
        elif kind == "POST uploads":
            self.answer(202, b"", "Location: /v2/upload/1")
        else:
            self.answer(200 if kind == "GET /v2/" else 201)

    def answer(self, status: int, body: bytes = b"", *headers: str, length: int | None = None) -> None:
        lines = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}", *headers, "", "")
        self.raw("\r\n".join(lines).encode() + (b"" if self.command == "HEAD" else body))

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)

    def for_ever(self, head: bytes, piece: bytes, pause: float = 0) -> None:
        self.raw(head)
        while not self.server.over.wait(pause):
            self.raw(piece)

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, faulty: str, fault: Fault) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faulty, self.fault = faulty, fault
        self.over = threading.Event()
        self.address = f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: clients hang up."""


@contextmanager
def hostile_registry(faulty: str = "", fault: Fault = lambda handler: None) -> Iterator[Server]:
    """Serve the registry, with `fault` for all requests of the kind `faulty` in `REQUESTS`."""
    with Server(faulty, fault) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


OK = b"HTTP/1.1 200 OK\r\n"
_CHALLENGE = "WWW-Authenticate: Bearer realm="
FAULTS: dict[str, Fault] = {
    "hangs": lambda it: time.sleep(0.3),
    "hangs up": lambda it: None,
    "drips headers": lambda it: it.for_ever(OK, b"X: y\r\n", 0.02),
    "drips a body": lambda it: it.for_ever(OK + b"Content-Length: 99999\r\n\r\n", b" ", 0.02),
    "an endless body": lambda it: it.for_ever(OK + b"\r\n", bytes(65536)),
    "a body that is cut": lambda it: it.answer(200, b"{", length=100),
    "HTML": lambda it: it.answer(200, b"<html>Sign in</html>"),
    "an empty body": lambda it: it.answer(200),
    "no content": lambda it: it.answer(204),
    "null": lambda it: it.answer(200, b"null"),
    "a list": lambda it: it.answer(200, b"[1]"),
    "wrong types": lambda it: it.answer(
        200, b'{"token": 1, "config": [], "layers": {}, "manifests": "x", "errors": 7}'
    ),
    "deep JSON": lambda it: it.answer(200, b'{"a":' * 100_000),
    "no text": lambda it: it.answer(200, b'{"token": "\xff\xfe"}'),
    "a token of two lines": lambda it: it.answer(200, b'{"token": "a\\r\\nX: y"}'),
    "a bomb": lambda it: it.answer(200, gzip.compress(bytes(8 << 20)), "Content-Encoding: gzip"),
    "a long header": lambda it: it.raw(OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n"),
    "not modified": lambda it: it.answer(304),
    "to itself": lambda it: it.answer(307, b"", f"Location: {it.path}", "Connection: close"),
    "to another host": lambda it: it.answer(302, b"", "Location: http://127.0.0.1:1/x"),
    "to another scheme": lambda it: it.answer(301, b"", "Location: ftp://127.0.0.1/x"),
    "to nowhere": lambda it: it.answer(308),
    "to an invalid URL": lambda it: it.answer(302, b"", "Location: http://[bad"),
    "a refusal without a way": lambda it: it.answer(401),
    "a refusal with an invalid realm": lambda it: it.answer(401, b"", f'{_CHALLENGE}"ftp://x"'),
    "a refusal with rubbish": lambda it: it.answer(401, b'{"errors": [[], 1, {"message": [1]}]}', f"{_CHALLENGE},,=,"),
    "an endless refusal": lambda it: it.for_ever(b"HTTP/1.1 403 No\r\n\r\n", b"n" * 65536),
    "a deep refusal": lambda it: it.answer(403, b'{"errors":' * 100_000),
    "a large failure": lambda it: it.answer(500, b"n" * 500_000),
    "a strange status": lambda it: it.answer(799, b"\xff\xfe"),
    "a wait until doomsday": lambda it: it.answer(429, b"", "Retry-After: 9" + "9" * 400),
    "a wait that is no time": lambda it: it.answer(429, b"", "Retry-After: soon"),
    "another digest": lambda it: it.answer(200, MANIFEST, "Docker-Content-Digest: \xe4:1"),
}

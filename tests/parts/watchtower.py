"""A Watchtower for an engine: a stand-in with the HTTP API of the fork, or the real program.

The Go module proxy does not serve the modules of Watchtower, so no installer can build it. The stand-in does the same as
version 1.21 of the fork for what tests use, measured with that program. To run the tests with the real one:

    SHIPIT_WATCHTOWER=/path/of/watchtower pytest tests/deployments/test_watchtower.py
"""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from parts.daemon import daemon, free_port, listens, new_room
from parts.engine import Engine

PATH = "/v1/update"
TOKEN = "open sesame"
_ENABLED = "com.centurylinklabs.watchtower.enable"
_TIMEOUT = 120  # seconds


class Watchtower(ThreadingHTTPServer):
    """A server at `url` that records the requests, and answers them itself or passes them to the real program.

    Args:
        engine: the engine whose containers it updates.
        labelled: True to update only containers with the label, as `--label-enable`.
        real: the URL of the real program; empty for the stand-in.
    """

    daemon_threads = True

    def __init__(self, engine: Engine, *, labelled: bool, real: str) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[tuple[str, str]] = []
        self._engine, self._labelled, self._real = engine, labelled, real
        self._updating = threading.Lock()

    def respond(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """Return the status, the body, and the header `Retry-After` of the answer."""
        self.requests.append((method, path))
        if self._real:
            return _forwarded(method, f"{self._real}{path}", headers)
        if method != "POST":
            return 405, "Method Not Allowed", ""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, "missing or invalid API Key", ""
        if not self._updating.acquire(blocking=False):
            return 429, json.dumps({"error": "another update is already running"}), "30"
        try:
            names = parse_qs(urlsplit(path).query).get("container", [".*"])
            return 200, json.dumps({"summary": self._update(names[0])}), ""
        finally:
            self._updating.release()

    def _update(self, pattern: str) -> dict[str, int]:
        summary = dict.fromkeys(("scanned", "updated", "failed", "fresh"), 0)
        for name in self._engine.docker("ps", "--format", "{{.Names}}").split():
            found = json.loads(self._engine.docker("inspect", name))[0]
            label = (found["Config"]["Labels"] or {}).get(_ENABLED)
            watched = label == "true" if self._labelled else label != "false"
            if watched and re.search(pattern, name):
                summary["scanned"] += 1
                summary[self._replace(name, found)] += 1
        return {key: summary[key] for key in ("scanned", "updated", "failed")}

    def _replace(self, name: str, found: dict[str, dict[str, str]]) -> str:
        """Replace a container whose tag leads to another image, and return the result."""
        reference = found["Config"]["Image"]
        if self._engine.run("pull", "--quiet", reference).returncode:
            return "failed"
        if self._engine.docker("image", "inspect", "--format", "{{.Id}}", reference) == str(found["Image"]):
            return "fresh"
        self._engine.docker("stop", "--time", "5", name)
        self._engine.docker("rm", name)
        self._engine.docker("run", "--detach", "--name", name, reference)
        return "updated"


class _Request(BaseHTTPRequestHandler):
    server: Watchtower

    def do_GET(self) -> None:
        status, body, retry_after = self.server.respond(self.command, self.path, dict(self.headers.items()))
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


def _forwarded(method: str, url: str, headers: Mapping[str, str]) -> tuple[int, str, str]:
    token = {"Authorization": headers["Authorization"]} if "Authorization" in headers else {}
    request = urllib.request.Request(url, method=method, headers=token)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(), answer.headers.get("Retry-After", "")


@contextmanager
def watchtower(engine: Engine, *, labelled: bool = False) -> Iterator[Watchtower]:
    """Run a Watchtower that updates the containers of `engine` when it is asked."""
    program = os.environ.get("SHIPIT_WATCHTOWER", "")
    with ExitStack() as running:
        real = running.enter_context(_real(program, engine, labelled)) if program else ""
        server = Watchtower(engine, labelled=labelled, real=real)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        running.callback(server.server_close)
        running.callback(server.shutdown)
        yield server


@contextmanager
def _real(program: str, engine: Engine, labelled: bool) -> Iterator[str]:
    """Run the real program, and yield the URL of its API."""
    port = free_port()
    options = ["--http-api-endpoints=update", "--http-api-host=127.0.0.1", f"--http-api-port={port}"]
    options += [f"--http-api-token={TOKEN}", f"--host={engine.host}", "--stop-timeout=5s", "--no-startup-message"]
    with daemon([program, *options, *(["--label-enable"] if labelled else [])], new_room(), lambda: listens(port)):
        yield f"http://127.0.0.1:{port}"

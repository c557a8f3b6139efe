"""HTTP servers on this machine with fixed responses, for cases that a real registry or token server does not have."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = "{}"


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def authorization(self) -> str | None:
        return self.headers.get("Authorization")


class Host(ThreadingHTTPServer):
    """A server that sends the `answers` to a method and path one after the other, and repeats the last one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.address = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{self.address}"
        self.other_name = f"http://localhost:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1")
        self.server.asked.append(Asked(self.path, dict(self.headers), body))
        answers = self.server.answers.get(f"{self.command} {self.path.partition('?')[0]}") or [Answer(404)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    do_POST = do_PUT = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


@contextmanager
def host() -> Iterator[Host]:
    with Host() as started:
        threading.Thread(target=started.serve_forever, args=[0.05], daemon=True).start()
        yield started
        started.shutdown()


def challenge(realm: str) -> Answer:
    """Return the response of a registry that requires a token from `realm`."""
    return Answer(401, {"WWW-Authenticate": f'Bearer realm="{realm}",service="s",scope="repository:acme/app:pull"'})


def tokens(*tokens: str) -> list[Answer]:
    """Return the responses of a token server, one for each token."""
    return [Answer(200, JSON, json.dumps({"token": token})) for token in tokens]

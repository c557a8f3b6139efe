"""Requests to the API of a Kubernetes cluster, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

_MERGE = {"Content-Type": "application/merge-patch+json"}


class Client(Protocol):
    """A client that sends the requests of an administrator to a cluster."""

    def __call__(self, method: str, path: str, body: object = None, *, ok: tuple[int, ...] = ()) -> Any:
        """Send a request and return the JSON of its answer; a status from 400 on is an error unless it is in `ok`."""


@dataclass
class Api:
    """The API server at `url`, with the token of an administrator, and its certificate."""

    url: str
    token: str
    certificate: Path

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.verify = str(self.certificate)
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def __call__(self, method: str, path: str, body: object = None, *, ok: tuple[int, ...] = ()) -> Any:
        headers = _MERGE if method == "PATCH" else {}
        answer = self._session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=30)
        assert answer.status_code < 400 or answer.status_code in ok, f"{method} {path}: {answer.text}"
        return answer.json()

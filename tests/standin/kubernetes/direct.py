"""Requests to a stand-in of Kubernetes without a connection: a hundred times cheaper than over TLS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from standin.kubernetes.server import KubernetesStandIn


@dataclass
class DirectClient:
    """A client of `standin` with a token; see `parts.kubernetes.client.Client`."""

    standin: KubernetesStandIn
    token: str

    def __call__(self, method: str, path: str, body: object = None, *, ok: tuple[int, ...] = ()) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        status, found = self.standin.answer(method, path, data, self.token)
        assert status < 400 or status in ok, f"{method} {path}: {found}"
        return found

"""Every way in which an answer of GitHub can go wrong, from any request of a release on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from release.scene import Scene
from standin.faults import Fault

# Short enough for many runs; the answers of the stand-in to good requests are far below.
LIMITS = {"REQUESTS": '{"timeout": 1.5, "answer_time": 2, "answer_size": 1000000, "tries": 2}'}
REQUESTS = {"push": 9, "api": 26}  # of a release with an asset, by its way to write back
DEEP = b"[" * 100_000

FAULTS: Mapping[str, dict[str, Any]] = {
    "hang": {"hang": 30},
    "drip": {"status": 200, "body": b"[", "drip": b" "},
    "endless": {"status": 200, "body": b"[", "drip": b" " * 65536},
    "html": {"status": 200, "body": b"<html><body>Log in</body></html>"},
    "wrong types": {"status": 200, "body": b'{"id": "1", "full_name": 2, "draft": null, "sha": []}'},
    "wrong types in a list": {"status": 200, "body": b'[{"id": "1", "type": 2, "tag_name": {}}]'},
    "null": {"status": 200, "body": b"null"},
    "deep": {"status": 200, "body": DEEP},
    "deep reason": {"status": 422, "body": b'{"errors": ' + DEEP},
    "empty": {"status": 200, "body": b""},
    "circle on the same host": {"status": 307, "headers": {"Location": ""}},
    "other host": {"status": 301, "headers": {"Location": "http://127.0.0.1:9/api/v3/repos/acme/app"}},
    "other scheme": {"status": 308, "headers": {"Location": "https://127.0.0.1/api/v3/repos/acme/app"}},
    "304": {"status": 304, "body": b""},
    "202": {"status": 202, "body": b"{}"},
    "cut": {"cut": True},
}


@dataclass
class FromRequest(Fault):
    """Spoils all requests from the one with the number `first` on, beginning with 1."""

    first: int = 1
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        self.seen += 1
        return self.seen >= self.first


def spoil(scene: Scene, fault: str, first: int, when: Any) -> None:
    """Spoil the answers to a run from its request `first` on; `when` is before or after the effect of a request."""
    assert scene.github
    scene.github._faults.append(FromRequest("", "", when=when, first=first, **FAULTS[fault]))


def representative(requests: int) -> list[tuple[str, int, str]]:
    """Return each fault at one request, and each request with at least one fault."""
    whens = itertools.cycle(["after", "before"])
    many = max(requests, len(FAULTS))
    faults = itertools.islice(itertools.cycle(FAULTS), many)
    return [(fault, at % requests + 1, next(whens)) for at, fault in enumerate(faults)]

"""A registry that fails as told: a proxy with a list of faults before a real registry.

with FaultyRegistry(registry, Fault("PUT", "/manifests/latest", status=500)) as faulty:
    engine.docker("push", faulty.image("app"))      # the engine tries again
    assert [one.status for one in faulty.seen("PUT", "/manifests/latest")] == [500, 201]
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from parts.proxy import Proxy, Request
from parts.registry import Registry


@dataclass
class Fault:
    """What goes wrong with requests of `method` ("" is any) whose path and query have a match of the pattern `path`.

    Attributes:
        times: how often; the requests after that are answered well.
        skip: how many matching requests are answered well before.
        status, headers, body: the answer instead of the registry's.
        cut: the connection is closed instead of an answer.
        cut_after: the connection is closed once the registry has had this many bytes of the request's body.
        digest: the `Docker-Content-Digest` of the answer instead of the true one.
        call: is called, for tests that kill a program at that moment; alone, it leaves the answer as it is.
        after: all this once the registry has done what the request asks for, else instead of it.
    """

    method: str
    path: str
    times: int = 1
    skip: int = 0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    cut: bool = False
    cut_after: int | None = None
    digest: str | None = None
    call: Callable[[], object] = lambda: None
    after: bool = False

    @property
    def instead(self) -> bool:
        """Whether the client gets something else than the registry's answer."""
        return self.cut or self.status is not None

    def meets(self, method: str, path: str) -> bool:
        """Whether this request is the one; counts."""
        if not self.times or self.method not in ("", method) or not re.search(self.path, path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class FaultyRegistry(Registry):
    """What stands before `registry`, with the same login; `faults` may grow at any time, the first that meets counts."""

    def __init__(self, registry: Registry, *faults: Fault) -> None:
        self.faults = [*faults]
        self._lock = threading.Lock()
        self._proxy = Proxy(registry.address, self._fault)
        super().__init__(f"127.0.0.1:{self._proxy.server_port}", registry.username, registry.password)

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order of their answers."""
        self._proxy.wait_until_quiet()
        return [*self._proxy.requests]

    def seen(self, method: str, path: str) -> list[Request]:
        """The requests of `method` whose path and query have a match of the pattern `path`."""
        return [one for one in self.requests if one.method == method and re.search(path, one.path)]

    def __enter__(self) -> FaultyRegistry:
        threading.Thread(target=self._proxy.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.shutdown()
        self._proxy.server_close()

    def _fault(self, method: str, path: str) -> Fault:
        with self._lock:
            return next((fault for fault in self.faults if fault.meets(method, path)), Fault(method, path))

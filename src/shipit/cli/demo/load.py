"""The load of `shipit demo --deploy`: requests all the time, each over a new connection, with every loss counted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from types import TracebackType
from urllib.parse import urlsplit

from msgspec import Struct, field

_CLIENTS = 8
_PAUSE = 0.02  # seconds that each client waits after a request
_LIMIT = 10.0  # seconds after which a request is lost
_LARGEST = 1 << 20  # bytes of an answer


class Figures(Struct):
    """The counts of a period. Each request is either answered, with the status 200, or lost.

    Args:
        requests: all requests that ended in that period.
        lost: the lost requests by reason.
        versions: the answers by the version of the page.
        seconds: the length of the period.
        slowest: the seconds that the slowest request took.
    """

    requests: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0


class Load:
    """A load on `url` by several clients, from the beginning to the end of the `with` block."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        head = ["GET / HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: shipit-demo", "Connection: close", "", ""]
        self._request = "\r\n".join(head).encode()
        self._figures = Figures()
        self._begun = time.monotonic()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load", daemon=True)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(_LIMIT + 1)

    def take(self) -> Figures:
        """Return the figures since the last call."""
        with self._lock:
            taken, self._figures = self._figures, Figures()
            now = time.monotonic()
            taken.seconds, self._begun = now - self._begun, now
            return taken

    async def _run(self) -> None:
        await asyncio.gather(*(self._ask_always() for _ in range(_CLIENTS)))

    async def _ask_always(self) -> None:
        while not self._over.is_set():
            begun = time.monotonic()
            try:
                version, lost = await asyncio.wait_for(self._ask(), _LIMIT), ""
            except _Lost as error:
                version, lost = "", str(error)
            except (OSError, TimeoutError) as error:
                version, lost = "", type(error).__name__
            self._count(version, lost, time.monotonic() - begun)
            await asyncio.sleep(_PAUSE)

    async def _ask(self) -> str:
        """Send one request, and return the version that answered; raise if there is no complete answer with 200."""
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=_LARGEST)
        try:
            writer.write(self._request)
            answer = await reader.read(-1)
        finally:
            writer.transport.abort()
        return _version(answer)

    def _count(self, version: str, lost: str, seconds: float) -> None:
        with self._lock:
            figures = self._figures
            figures.requests += 1
            figures.slowest = max(figures.slowest, seconds)
            if lost:
                figures.lost[lost] += 1
            else:
                figures.versions[version] += 1


class _Lost(Exception):
    """The reason why a request has no good answer."""


def _version(answer: bytes) -> str:
    """Return the version in an answer.

    >>> _version(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nX-Version: 1.4.0\\r\\n\\r\\nok")
    '1.4.0'
    """
    head, separator, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if not separator:
        raise _Lost("cut" if answer else "no answer")
    status = first.split(" ")[1:2]
    if status != ["200"]:
        raise _Lost(f"status {''.join(status)}")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("content-length") != str(len(body)):
        raise _Lost("cut")
    return headers.get("x-version", "")

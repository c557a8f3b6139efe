"""A load generator: counts the requests that a change of an application loses.

    python -m parts.load http://127.0.0.1:8080/ --clients 16 --mode close --seconds 5

Without `--seconds` it goes on until its standard input closes. It prints `running` after the first request. Requests that
are under way at the end are finished, then the last line is the result as JSON. It is a process of its own, so that it does not share a Python interpreter with the tests:

    with load(url, mode="post") as running:
        deploy()
    assert running.result.lost == 0, running.result

Modes:
    close   a new connection for each GET
    keep    GET over a kept connection; once more over a new one where the server closed the kept one without an answer
    post    POST over a kept connection; never repeated, because the server may have acted on it
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["close", "keep", "post"]
MODES: Sequence[Mode] = ("close", "keep", "post")
BODY = b"count=1"
LONGEST_VERSION = 200  # characters of a body that are kept
LOOK = 0.25  # seconds between two looks at requests that take too long
REST = 0.002  # seconds that a client waits after a failed connection, so that it does not only count failures
REUSED = "reused"  # a kept connection was closed before any byte of the answer came


@dataclass
class Result:
    """The counts of a load. Every request is either answered or lost."""

    requests: int = 0
    lost: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """The lost requests by reason: `refused`, `reset` or `closed` (before any byte of an answer), `cut` (within an
    answer), `reused` (as `closed`, over a kept connection), `timeout`, `unreadable`, `status 502`; others by
    the name of Python's exception."""
    versions: dict[str, int] = field(default_factory=dict)
    """The number of answers by their text, for answers with a status below 300."""
    statuses: dict[str, int] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    """The seconds after the start at which each text was answered first."""
    last: dict[str, float] = field(default_factory=dict)
    """The seconds after the start at which each text was answered last."""
    retried: int = 0
    """The GETs that were sent a second time, over a new connection."""
    connections: int = 0
    slowest: float = 0.0
    """The seconds that the slowest answer took."""
    longest_gap: float = 0.0
    """The longest time without any answer, in seconds."""
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """The requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass
class Load:
    """A load that runs; `result` is there after the block of `load`."""

    process: subprocess.Popen[str]
    result: Result = field(default_factory=Result)


@contextlib.contextmanager
def load(
    url: str,
    *,
    mode: Mode = "close",
    clients: int = 16,
    limit: float = 10.0,
    pause: float = 0.0,
    within: Sequence[str] = (),
) -> Iterator[Load]:
    """Send requests to `url` from another process during the block, which begins after the first of them has ended.

    Args:
        clients: The number of requests at a time.
        limit: The seconds after which a request counts as lost.
        pause: The seconds that each client waits after each request.
        within: The words before the command of the process, for example to enter the network of another one.
    """
    options = ["--mode", mode, "--clients", str(clients), "--limit", str(limit), "--pause", str(pause)]
    argv = [*within, sys.executable, "-I", str(Path(__file__)), url, *options]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline(), f"it ended at once: {argv}"
        running = Load(process)
        try:
            yield running
        finally:
            process.stdin.close()
            printed = process.stdout.read()
            process.wait(limit + 10)
        running.result = Result(**json.loads(printed))


class Generator:
    """The clients of one load, and what they count."""

    def __init__(self, url: str, mode: Mode, limit: float, pause: float) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"not an http URL: {url}")
        self.host, self.port = parts.hostname, parts.port or 80
        self.mode, self.limit, self.pause = mode, limit, pause
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        self.request = _request(mode, path, parts.netloc)
        self.result = Result()
        self.reasons: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.open: set[_Exchange] = set()
        self.stopped = asyncio.Event()
        self.started = self.answered = time.perf_counter()

    async def run(self, clients: int, seconds: float | None) -> Result:
        """Run all clients until the end, and return the counts."""
        loop = asyncio.get_running_loop()
        if seconds is None:
            threading.Thread(target=_wait_for_end, args=[loop, self.stopped], daemon=True).start()
        else:
            loop.call_later(seconds, self.stopped.set)
        watch = asyncio.create_task(self._end_slow_ones())
        await asyncio.gather(*(self._client() for _ in range(clients)))
        watch.cancel()
        now = time.perf_counter()
        result = self.result
        result.longest_gap = round(max(result.longest_gap, now - self.answered), 3)
        result.seconds, result.slowest = round(now - self.started, 3), round(result.slowest, 3)
        result.lost = sum(self.reasons.values())
        result.reasons, result.versions, result.statuses = dict(self.reasons), dict(self.versions), dict(self.statuses)
        return result

    async def _client(self) -> None:
        exchange: _Exchange | None = None
        while not self.stopped.is_set():
            begun = time.perf_counter()
            lost, exchange = await self._ask(exchange)
            self._count(lost, begun, exchange)
            if self.result.requests == 1:
                _write_line("running")
            if lost and not self.pause:
                await asyncio.sleep(REST)
            elif self.pause:
                await asyncio.sleep(self.pause)
        if exchange:
            exchange.close()

    async def _ask(self, kept: _Exchange | None) -> tuple[str, _Exchange]:
        """Send a request, and return why it was lost (empty for an answer) and the connection that was used."""
        if kept and kept.usable:
            lost = await kept.ask(self.request, self.limit)
            if lost not in ("closed", "reset"):
                return lost, kept
            if self.mode == "post":
                return REUSED, kept
            self.result.retried += 1
        exchange = _Exchange(self)
        self.result.connections += 1
        try:
            connected = asyncio.get_running_loop().create_connection(lambda: exchange, self.host, self.port)
            await asyncio.wait_for(connected, self.limit)
        except TimeoutError:
            return "timeout", exchange
        except ConnectionRefusedError:
            return "refused", exchange
        except ConnectionResetError:
            return "reset", exchange
        except OSError as error:
            return type(error).__name__, exchange
        return await exchange.ask(self.request, self.limit), exchange

    def _count(self, lost: str, begun: float, exchange: _Exchange) -> None:
        result, now = self.result, time.perf_counter()
        result.requests += 1
        result.slowest = max(result.slowest, now - begun)
        if not lost:
            self.statuses[str(exchange.status)] += 1
            if exchange.status >= 500:
                lost = f"status {exchange.status}"
        if lost:
            self.reasons[lost] += 1
            return
        result.longest_gap = max(result.longest_gap, now - self.answered)
        self.answered = now
        if exchange.status < 300:
            text = exchange.body[: LONGEST_VERSION * 4].decode(errors="replace").strip()[:LONGEST_VERSION]
            self.versions[text] += 1
            since = round(now - self.started, 3)
            result.first.setdefault(text, since)
            result.last[text] = since

    async def _end_slow_ones(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            now = time.perf_counter()
            for exchange in [exchange for exchange in self.open if exchange.deadline < now]:
                exchange.end("timeout")
                exchange.close()


class _Exchange(asyncio.Protocol):
    """A connection: one request and its answer at a time."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[str] | None = None
        self.received = b""
        self.status, self.body = 0, b""
        self.deadline = 0.0
        self.connected = False
        self.keeps = False

    @property
    def usable(self) -> bool:
        """True where a further request can be sent here."""
        return self.connected and self.keeps

    async def ask(self, request: bytes, limit: float) -> str:
        """Send `request`, and return why it was lost, or an empty text."""
        assert self.transport
        if not self.connected:
            return "closed"
        self.received, self.keeps = b"", False
        self.answer = asyncio.get_running_loop().create_future()
        self.deadline = time.perf_counter() + limit
        self.generator.open.add(self)
        self.transport.write(request)
        lost = await self.answer
        self.generator.open.discard(self)
        if not self.keeps:
            self.close()
        return lost

    def end(self, lost: str) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_result(lost)

    def close(self) -> None:
        self.connected = False
        if self.transport:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.connected = transport, True

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not self.answer or self.answer.done():
            self.close()  # bytes that belong to no request
            return
        try:
            complete = self._read(ended=False)
        except ValueError:
            self.end("unreadable")
        else:
            if complete:
                self.end("")

    def eof_received(self) -> None:
        self._closed("closed")

    def connection_lost(self, error: Exception | None) -> None:
        self._closed("reset" if error else "closed")

    def _closed(self, how: str) -> None:
        self.connected = self.keeps = False
        try:
            complete = bool(self.received) and self._read(ended=True)
        except ValueError:
            complete = False
        self.keeps = False
        self.end("" if complete else "cut" if self.received else how)

    def _read(self, *, ended: bool) -> bool:
        """Read the answer if it is complete; `ended` where no further byte can come.

        Raises:
            ValueError: It is no HTTP.
        """
        head, separator, rest = self.received.partition(b"\r\n\r\n")
        if not separator:
            return False
        line, *lines = head.split(b"\r\n")
        if not line.startswith(b"HTTP/1."):
            raise ValueError(line)
        self.status = int(line[9:12])
        headers = {}
        for header in lines:
            name, _, value = header.partition(b":")
            headers[name.lower()] = value.strip().lower()
        if (length := headers.get(b"content-length")) is not None:
            complete = len(rest) >= int(length)
            self.body = rest[: int(length)]
        elif headers.get(b"transfer-encoding") == b"chunked":
            complete = self._read_chunks(rest)
        else:
            self.body = rest
            return ended
        close = headers.get(b"connection") == b"close" or line.startswith(b"HTTP/1.0")
        self.keeps = complete and not close and self.generator.mode != "close"
        return complete

    def _read_chunks(self, rest: bytes) -> bool:
        chunks: list[bytes] = []
        while True:
            size, separator, rest = rest.partition(b"\r\n")
            if not separator:
                return False
            length = int(size.partition(b";")[0], 16)
            if len(rest) < length + 2:
                return False
            if length == 0:
                self.body = b"".join(chunks)
                return True
            chunks.append(rest[:length])
            rest = rest[length + 2 :]


def _request(mode: Mode, path: str, host: str) -> bytes:
    method = "POST" if mode == "post" else "GET"
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "User-Agent: parts.load", "Accept: */*"]
    if mode == "post":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(BODY)}"]
    lines += ["Connection: close"] if mode == "close" else []
    return "\r\n".join([*lines, "", ""]).encode() + (BODY if mode == "post" else b"")


def _wait_for_end(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    loop.call_soon_threadsafe(stopped.set)


def _write_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def _run(arguments: argparse.Namespace) -> Result:
    generator = Generator(arguments.url, arguments.mode, arguments.limit, arguments.pause)
    return await generator.run(arguments.clients, arguments.seconds)


def main() -> None:
    """Read the arguments, run the load, and print the result."""
    parser = argparse.ArgumentParser(description="Send requests, and count the lost ones.")
    parser.add_argument("url")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--mode", choices=MODES, default="close")
    parser.add_argument("--seconds", type=float, help="without it: until standard input closes")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds after which a request counts as lost")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds that a client waits after each request")
    _write_line(json.dumps(asdict(asyncio.run(_run(parser.parse_args())))))


if __name__ == "__main__":
    main()

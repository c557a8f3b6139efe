"""A cache like CloudFront in front of a bucket, as an HTTP server.

It keeps each answer until its path is invalidated, whatever its headers say, so that a missing invalidation is seen. It
hides `.shipit/`, as the policy in docs/guides/static-site.md does.

    with edge(aws, "shop-web", distribution) as address:
        urlopen(f"{address}/")
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from parts.aws import Aws


class _Edge:
    """The cache; `answer` returns the status and the body for a path."""

    def __init__(self, aws: Aws, bucket: str, distribution: str) -> None:
        self._s3, self._cloudfront = aws.s3, aws.cloudfront
        self._bucket, self._distribution = bucket, distribution
        self._cache: dict[str, bytes] = {}
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, path: str) -> tuple[int, bytes]:
        with self._lock:
            self._remove_invalidated()
            if path not in self._cache:
                key = unquote(path).removeprefix("/")
                found = (
                    None
                    if key.startswith(".shipit/")
                    else self._object(f"{key}index.html" if not key or key.endswith("/") else key)
                )
                if found is None:
                    return 403, b"AccessDenied"
                self._cache[path] = found
            return 200, self._cache[path]

    def _object(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None

    def _remove_invalidated(self) -> None:
        pages = self._cloudfront.get_paginator("list_invalidations").paginate(DistributionId=self._distribution)
        listed = [each["Id"] for page in pages for each in page["InvalidationList"].get("Items", ())]
        for number in (each for each in listed if each not in self._seen):
            self._seen.add(number)
            found: Any = self._cloudfront.get_invalidation(DistributionId=self._distribution, Id=number)
            patterns = found["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
            for path in [path for path in self._cache if any(fnmatchcase(path, one) for one in patterns)]:
                del self._cache[path]


@contextmanager
def edge(aws: Aws, bucket: str, distribution: str) -> Iterator[str]:
    """Start the cache, and yield its address."""
    cache = _Edge(aws, bucket, distribution)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = cache.answer(urlsplit(self.path).path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

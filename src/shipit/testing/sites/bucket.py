"""A bucket of S3 with a static site in memory, for tests."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from msgspec import Struct

from shipit.core.deploy import bucket_parts, sha256_of
from shipit.errors import ConflictError, RemoteError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.locks import FakeLocks
from shipit.testing.sites.distribution import FakeDistribution
from shipit.world.sites import CallerIdentity, FileDetails, NewFile, StoredFile, put_one_by_one


class FakeObject(Struct, frozen=True):
    """An object with its content and its headers; `release` is the release that wrote it."""

    data: bytes
    type: str = "application/octet-stream"
    cache: str = ""
    release: str = ""
    modified: str = ""

    @property
    def etag(self) -> str:
        """Its ETag, as S3 makes it."""
        return f'"{hashlib.md5(self.data, usedforsecurity=False).hexdigest()}"'


class FakeSite:
    """A bucket in memory; `shipit.world.sites.Site` describes the methods.

    A test can change these attributes, which all connections to the bucket share:

    * `objects`: its objects by key.
    * `distribution`: the cache in front of it.
    * `problems`: the findings about the bucket.
    * `refused`: the keys that cannot be written.
    * `requests`: the name of each request, such as `put index.html`.
    """

    def __init__(self, address: str, clock: FakeClock) -> None:
        self.address = address
        self._clock = clock
        self.objects: dict[str, FakeObject] = {}
        self.distribution = FakeDistribution(self._content, clock)
        self.problems: list[Finding] = []
        self.refused: set[str] = set()
        self.requests: list[str] = []
        self._locks = FakeLocks(address)

    def connect(self) -> FakeSite:
        """Return the same bucket as another run sees it, which holds no lock."""
        other = copy.copy(self)
        other._locks = self._locks.connect()
        return other

    def findings(self, distribution: str | None, account: str | None) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def login(self) -> CallerIdentity:
        return CallerIdentity("123456789012", bucket_parts(self.address)[1] or "us-east-1")

    def read(self, path: str) -> str | None:
        self.requests.append(f"get {path}")
        found = self._content(path)
        return None if found is None else found.decode("utf-8", "surrogateescape")

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def files(self) -> Mapping[str, StoredFile]:
        self.requests.append("list")
        return {key: StoredFile(each.etag, each.modified) for key, each in sorted(self.objects.items())}

    def find(self, key: str) -> FileDetails | None:
        self.requests.append(f"head {key}")
        found = self.objects.get(key)
        if found is None:
            return None
        digest = sha256_of(found.data)
        return FileDetails(found.etag, digest, found.type, found.cache, found.release, found.modified)

    def invalidation(self, distribution: str, reference: str, since: str) -> str | None:
        return self.distribution.state(reference)

    def put(self, file: NewFile) -> str:
        self._locks.require()
        self.requests.append(f"put {file.key}")
        if file.key in self.refused:
            raise RemoteError(f"S3 refused to write `{file.key}`: AccessDenied", hint="allow `s3:PutObject`")
        there, data = self.objects.get(file.key), file.content()
        if file.replaces is not None and (there.etag if there else "") != file.replaces:
            what = f"another program changed `{file.key}` in {self.address}"
            raise ConflictError(what, hint="run the same command again")
        if sha256_of(data) != file.sha256:
            raise RemoteError(f"the content of `{file.key}` changed while it was uploaded", hint="run it again")
        now = self._clock.now().isoformat()
        self.objects[file.key] = FakeObject(data, file.type, file.cache, file.release, now)
        return self.objects[file.key].etag

    def put_all(self, files: Sequence[NewFile]) -> tuple[str, ...]:
        return put_one_by_one(self, files)

    def write(self, path: str, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        self.put(NewFile(path, sha256_of(data), lambda: data, "application/json"))

    def delete(self, keys: Sequence[str]) -> None:
        self._locks.require()
        self.requests += [f"delete {key}" for key in keys]
        for key in keys:
            self.objects.pop(key, None)

    def invalidate(self, distribution: str, reference: str, paths: Sequence[str]) -> None:
        self._locks.require()
        self.distribution.invalidate(reference, paths)

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.unlock(path)

    def _content(self, key: str) -> bytes | None:
        found = self.objects.get(key)
        return found.data if found else None


class FakeSites:
    """All buckets, which exist as soon as they are used; see `shipit.world.sites.Sites`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._buckets: dict[str, FakeSite] = {}
        self._connections: dict[str, FakeSite] = {}

    def connect(self) -> FakeSites:
        """Return the same buckets as another run sees them, which holds no lock."""
        other = copy.copy(self)
        other._connections = {}
        return other

    def at(self, address: str) -> FakeSite:
        if address not in self._connections:
            bucket = self._buckets.setdefault(address, FakeSite(address, self._clock))
            self._connections[address] = bucket.connect()
        return self._connections[address]

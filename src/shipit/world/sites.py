"""The port to the buckets of S3 with static sites, and to CloudFront in front of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct

from shipit.finding import Finding


class StoredFile(Struct, frozen=True):
    """An object of a bucket as a list shows it: its ETag, and the time of its last change as ISO 8601."""

    etag: str
    modified: str


class FileDetails(Struct, frozen=True):
    """An object of a bucket with its content as a digest, and its headers.

    Args:
        etag: its ETag.
        sha256: the digest of its content, in hexadecimal; empty if S3 does not know it.
        type: its `Content-Type`.
        cache: its `Cache-Control`; empty if it has none.
        release: the release that wrote it; empty if shipit did not write it.
        modified: the time of its last change, as ISO 8601.
    """

    etag: str
    sha256: str = ""
    type: str = ""
    cache: str = ""
    release: str = ""
    modified: str = ""


class NewFile(Struct, frozen=True):
    """An object to write.

    Args:
        key: its key.
        sha256: the digest of its content, in hexadecimal; S3 refuses another content.
        content: returns its content.
        type: its `Content-Type`.
        cache: its `Cache-Control`.
        release: the release that writes it; empty for none.
        replaces: the ETag that the object must still have; empty if it must not exist; None if that does not matter.
    """

    key: str
    sha256: str
    content: Callable[[], bytes]
    type: str = "application/octet-stream"
    cache: str = "no-cache"
    release: str = ""
    replaces: str | None = None


class CallerIdentity(Struct, frozen=True):
    """The account and the region that requests go to."""

    account: str
    region: str


class Site(Protocol):
    """A bucket with a static site. The lock, the record and the lists of files are objects in it, below `.shipit/`."""

    address: str

    # reads
    def findings(self, distribution: str | None, account: str | None) -> tuple[Finding, ...]:
        """Return the reasons why nothing can be deployed, without writing: no login, no bucket, no right.

        Args:
            distribution: the id of the distribution of CloudFront in front of it; None without one.
            account: the account that the credentials must belong to; None for any.
        """

    def login(self) -> CallerIdentity:
        """Return the account and the region of the credentials. Raises `AuthError` if AWS refuses them."""

    def read(self, path: str) -> str | None:
        """Return the text of an object (UTF-8, surrogateescape); None if there is none."""

    def locked_by(self, path: str) -> str | None:
        """Return the owner of the lock `path`; None if it is free."""

    def files(self) -> Mapping[str, StoredFile]:
        """Return all objects of the bucket by key.

        Raises `ConflictError` if there are more than `shipit.core.limits.BUCKET_OBJECTS`.
        """

    def find(self, key: str) -> FileDetails | None:
        """Return an object with its headers; None if there is none."""

    def invalidation(self, distribution: str, reference: str, since: str) -> str | None:
        """Return the state of an invalidation, `running` or `completed`; None if there is none.

        Args:
            distribution: the id of the distribution.
            reference: the reference that the invalidation was created with.
            since: the time before which it cannot have been created, as ISO 8601.
        """

    # writes
    def put(self, file: NewFile) -> str:
        """Create or replace an object, and return its ETag.

        Raises `ConflictError` if it is not as `replaces` says, or if this run no longer holds its lock.
        """

    def put_all(self, files: Sequence[NewFile]) -> tuple[str, ...]:
        """Write several objects at the same time, in any order, and return their ETags in the order of `files`."""

    def write(self, path: str, text: str) -> None:
        """Replace an object that is a text, or create it.

        Raises `ConflictError` if this run no longer holds its lock.
        """

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that does not exist is no error."""

    def invalidate(self, distribution: str, reference: str, paths: Sequence[str]) -> None:
        """Begin to remove paths from the cache of a distribution.

        With a `reference` that was used before for the same paths, nothing new begins.
        """

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        """Hold the lock `path` of the bucket while the block runs; see `shipit.world.hosts.Host.lock`.

        After a run was killed, another one waits until the lock is free, at most 30 seconds.
        """

    def unlock(self, path: str) -> None:
        """Take the lock `path` away from the run that holds it, which can then write nothing more."""


def put_one_by_one(site: Site, files: Sequence[NewFile]) -> tuple[str, ...]:
    """Write objects as `Site.put_all` describes it, one after the other."""
    return tuple(site.put(file) for file in files)


class Sites(Protocol):
    """All buckets."""

    def at(self, address: str) -> Site:
        """Return the bucket with this address; see `shipit.core.deploy.bucket_address`."""

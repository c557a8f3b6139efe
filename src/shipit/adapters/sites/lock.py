"""The lock of a bucket: an object that is written only under a condition, and renewed while it is held.

The lock of another run is taken when it was not renewed for its whole duration. This is measured by the clock of this
machine, so that clocks that differ do no harm.
"""

from __future__ import annotations

import datetime as dt
import time
from contextlib import suppress
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, json

from shipit.adapters.hosts import RenewedLocks, lock_held, lock_lost
from shipit.adapters.sites.requests import Aws, body_of, code_of, requesting
from shipit.core import limits
from shipit.errors import ConflictError

_LOOK = 0.5  # seconds between two looks at the lock of another run


class _Held(Struct, frozen=True):
    """The text of a lock: the run that holds it, empty for none, and the time when it was renewed last."""

    owner: str = ""
    renewed: str = ""


class BucketLocks(RenewedLocks):
    """The locks in a bucket.

    Args:
        aws: the clients of AWS.
        bucket: the name of the bucket.
        machine: the name of the bucket for messages.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, aws: Aws, bucket: str, machine: str, duration: float = limits.BUCKET_LOCK) -> None:
        super().__init__(machine, duration)
        self._aws = aws
        self._bucket = bucket

    def owner(self, name: str) -> str | None:
        """Return the run that holds the lock; None if none does, or if it stopped renewing it."""
        held, _ = self._find(name)
        if not held.owner:
            return None
        with suppress(ValueError):
            age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(held.renewed)
            return held.owner if age.total_seconds() <= self._duration else None
        return held.owner

    def free(self, name: str) -> None:
        """Take the lock away from the run that holds it."""
        held, etag = self._find(name)
        if held.owner:
            self._write(name, "", etag)

    def require(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        if any(self._find(name)[0].owner != text for name, text in self._held.items()):
            raise lock_lost(self._machine)

    def _take(self, name: str, text: str) -> None:
        held, etag = self._find(name)
        if held.owner:
            etag = self._wait_for_death(name, held, etag)
        if self._write(name, text, etag):
            return
        now, _ = self._find(name)
        if now.owner != text:  # else only the answer to the request was lost, and it was repeated
            raise lock_held(now.owner, self._machine)

    def _wait_for_death(self, name: str, first: _Held, etag: str) -> str:
        """Wait until the holder stops renewing the lock, and return its ETag; raise `ConflictError` if it goes on."""
        end = time.monotonic() + self._duration
        while time.monotonic() < end:
            time.sleep(_LOOK)
            now, etag = self._find(name)
            if not now.owner:
                return etag
            if now != first:
                raise lock_held(now.owner, self._machine)
        return etag

    def _replace(self, name: str, owner: str, text: str) -> bool:
        held, etag = self._find(name)
        return held.owner == owner and self._write(name, text, etag)

    def _write(self, name: str, owner: str, etag: str) -> bool:
        """Write the owner of a lock if it still has this ETag, empty for none, and return whether it was written."""
        now = dt.datetime.now(dt.UTC).isoformat()
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        body = json.encode(_Held(owner, now))
        try:
            with requesting(f"write the lock `{_key(name)}`", "s3:PutObject"):
                self._aws.client("s3").put_object(
                    Bucket=self._bucket, Key=_key(name), Body=body, ContentType="application/json", **condition
                )
        except ConflictError:
            return False
        return True

    def _find(self, name: str) -> tuple[_Held, str]:
        """Return the lock and its ETag, which is empty if there is none."""
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        with requesting(f"read the lock `{_key(name)}`", "s3:GetObject"):
            try:
                found: Any = self._aws.client("s3").get_object(Bucket=self._bucket, Key=_key(name))
            except ClientError as error:
                if code_of(error) in ("NoSuchKey", "404"):
                    return _Held(), ""
                raise
            text, etag = body_of(found, f"`{_key(name)}` of {self._machine}"), str(found["ETag"])
        try:
            return json.decode(text, type=_Held), etag
        except (DecodeError, ValidationError):
            return _Held("an unknown program"), etag


def _key(name: str) -> str:
    return f"{name}.lock"

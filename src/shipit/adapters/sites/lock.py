"""The lock of a bucket: an object that is written only under a condition, and renewed while it is held."""

from __future__ import annotations

from typing import Any

from shipit.adapters.hosts import Lock, RenewedLocks, lock_in, lock_text
from shipit.adapters.sites.requests import Aws, body_of, code_of, requesting
from shipit.core import limits
from shipit.errors import ConflictError


class BucketLocks(RenewedLocks):
    """The locks in a bucket; the version of a lock is its ETag, empty if it does not exist.

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

    def _read(self, name: str) -> Lock:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        with requesting(f"read the lock `{_key(name)}`", "s3:GetObject"):
            try:
                found: Any = self._aws.client("s3").get_object(Bucket=self._bucket, Key=_key(name))
            except ClientError as error:
                if code_of(error) in ("NoSuchKey", "404"):
                    return Lock("", None, "")
                raise
            return lock_in(body_of(found, f"`{_key(name)}` of {self._machine}"), str(found["ETag"]))

    def _write(self, name: str, owner: str, version: str) -> bool:
        condition = {"IfMatch": version} if version else {"IfNoneMatch": "*"}
        try:
            with requesting(f"write the lock `{_key(name)}`", "s3:PutObject"):
                self._aws.client("s3").put_object(
                    Bucket=self._bucket,
                    Key=_key(name),
                    Body=lock_text(owner),
                    ContentType="application/json",
                    **condition,
                )
        except ConflictError:
            return False
        return True


def _key(name: str) -> str:
    return f"{name}.lock"

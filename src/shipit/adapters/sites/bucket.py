"""A bucket of S3 with a static site."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from shipit.adapters.sites.distribution import Distributions
from shipit.adapters.sites.lock import BucketLocks
from shipit.adapters.sites.preflight import bucket_findings
from shipit.adapters.sites.requests import Aws, body_of, code_of, requesting
from shipit.core import limits
from shipit.core.deploy import bucket_parts, machine, sha256_of
from shipit.errors import ConflictError
from shipit.finding import Finding
from shipit.world.sites import CallerIdentity, FileDetails, NewFile, StoredFile

_RELEASE = "shipit-release"  # the metadata of an object that names the release that wrote it
_DELETED_AT_ONCE = 1_000  # the most that S3 accepts in one request
_MISSING = ("NoSuchKey", "404", "NotFound")


class AwsSite:
    """A bucket; `shipit.world.sites.Site` describes the methods. `aws` has the clients of its region.

    Args:
        address: its address.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, address: str, duration: float = limits.BUCKET_LOCK) -> None:
        self.address = address
        self._bucket, region = bucket_parts(address)
        self.aws = Aws(region)
        self._machine = machine(address)
        self._locks = BucketLocks(self.aws, self._bucket, self._machine, duration)
        self._distributions = Distributions(self.aws)

    def findings(self, distribution: str | None, account: str | None) -> tuple[Finding, ...]:
        return tuple(bucket_findings(self.aws, self.address, distribution, account))

    def login(self) -> CallerIdentity:
        return self.aws.login

    def read(self, path: str) -> str | None:
        with requesting(f"read `{path}` from {self._machine}", "s3:GetObject"):
            found = self._object("get_object", path)
            data = None if found is None else body_of(found, f"`{path}` of {self._machine}")
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def files(self) -> Mapping[str, StoredFile]:
        found: dict[str, StoredFile] = {}
        with requesting(f"list {self._machine}", "s3:ListBucket"):
            for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
                for each in page.get("Contents", ()):
                    found[each["Key"]] = StoredFile(each["ETag"], _written(each["LastModified"]))
                if len(found) > limits.BUCKET_OBJECTS:
                    what = f"{self._machine} has more than {limits.BUCKET_OBJECTS} objects"
                    raise ConflictError(what, hint="use a bucket that has no other content than this site")
        return found

    def find(self, key: str) -> FileDetails | None:
        found = self._object("head_object", key, ChecksumMode="ENABLED")
        if found is None:
            return None
        return FileDetails(
            found["ETag"],
            sha256=base64.b64decode(found.get("ChecksumSHA256", "")).hex(),
            type=found.get("ContentType", ""),
            cache=found.get("CacheControl", ""),
            release=found["Metadata"].get(_RELEASE, ""),
            modified=_written(found["LastModified"]),
        )

    def invalidation(self, distribution: str, reference: str, since: str) -> str | None:
        return self._distributions.state(distribution, reference, since)

    def put(self, file: NewFile) -> str:
        self._locks.require()
        return self._put(file)

    def put_all(self, files: Sequence[NewFile]) -> tuple[str, ...]:
        self._locks.require()
        with ThreadPoolExecutor(limits.SITE_UPLOADS) as pool:
            running = [pool.submit(self._put, file) for file in files]
            try:
                return tuple(each.result() for each in running)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def write(self, path: str, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        self.put(NewFile(path, sha256_of(data), lambda: data, "application/json"))

    def delete(self, keys: Sequence[str]) -> None:
        self._locks.require()
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[start : start + _DELETED_AT_ONCE]]
            with requesting(f"delete objects of {self._machine}", "s3:DeleteObject"):
                answer = self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            if failed := answer.get("Errors"):
                _refused(failed[0], self._machine)

    def invalidate(self, distribution: str, reference: str, paths: Sequence[str]) -> None:
        self._locks.require()
        self._distributions.invalidate(distribution, reference, paths)

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.free(path)

    def require_lock(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        self._locks.require()

    @property
    def _s3(self) -> Any:
        return self.aws.client("s3")

    def _put(self, file: NewFile) -> str:
        try:
            with requesting(f"write `{file.key}` to {self._machine}", "s3:PutObject"):
                answer = self._s3.put_object(
                    Bucket=self._bucket,
                    Key=file.key,
                    Body=file.content(),
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(file.sha256)).decode(),
                    ContentType=file.type,
                    Metadata={_RELEASE: file.release} if file.release else {},
                    **({"CacheControl": file.cache} if file.cache else {}),
                    **_condition(file),
                )
            return str(answer["ETag"])
        except ConflictError:
            found = self.find(file.key)  # a request whose answer was lost is repeated, and then finds its own object
            if found and (found.sha256, found.release) == (file.sha256, file.release):
                return found.etag
            raise

    def _object(self, operation: str, key: str, **arguments: str) -> Any:
        """Return the answer about an object; None if there is none."""
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        with requesting(f"read `{key}` from {self._machine}", "s3:GetObject"):
            try:
                return getattr(self._s3, operation)(Bucket=self._bucket, Key=key, **arguments)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise


def _condition(file: NewFile) -> dict[str, str]:
    if file.replaces is None:
        return {}
    return {"IfMatch": file.replaces} if file.replaces else {"IfNoneMatch": "*"}


def _written(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="seconds")


def _refused(error: Mapping[str, str], machine: str) -> None:
    """Raise the error for an object that S3 did not delete."""
    from botocore.exceptions import ClientError

    with requesting(f"delete `{error.get('Key')}` of {machine}", "s3:DeleteObject"):
        raise ClientError(
            {"Error": {"Code": error.get("Code", ""), "Message": error.get("Message", "")}}, "DeleteObjects"
        )

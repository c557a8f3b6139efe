"""One repository of a registry, with its manifests and blobs, by the OCI distribution specification."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import IO

from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.failure import translating_network_errors
from shipit.adapters.registry.manifest import ACCEPT, Manifest, content_digest
from shipit.errors import RemoteError

_PIECE = 1 << 20  # bytes


class Repository:
    """The repository `path` of a registry. In each method, `which` is a tag or a digest.

    The methods raise `AuthError` and `RemoteError`.

    Args:
        calls: makes the requests.
        path: the name without the registry, such as `acme/app`.
        scopes: the permissions that the token needs.
    """

    def __init__(self, calls: RegistryApi, path: str, scopes: Sequence[str]) -> None:
        self.path = path
        self._calls = calls
        self._scopes = tuple(scopes)

    def manifest(self, which: str) -> Manifest | None:
        """Return the manifest, after a check of its digest; None if there is none."""
        where, accept = self._name(which), {"Accept": ACCEPT}
        answer = self._calls.retry(
            f"find `{where}`",
            lambda: self._calls.find_once("GET", self._url("manifests", which), self._scopes, headers=accept),
        )
        if answer is None:
            return None
        for digest in filter(None, (answer.headers.get("Docker-Content-Digest"), which if ":" in which else None)):
            _check(answer.content, digest, where)
        return Manifest.decode(answer.content, answer.headers.get("Content-Type", ""), where)

    def require(self, digest: str) -> Manifest:
        """Return the manifest; raises `RemoteError` if there is none."""
        found = self.manifest(digest)
        if found is None:
            raise RemoteError(
                f"there is no image `{self._name(digest)}` in the registry",
                hint="run the same command again: it pushes the image",
                status=404,
            )
        return found

    def put(self, which: str, manifest: Manifest) -> None:
        """Write `manifest` under a tag, or under its digest."""
        self._calls.retry(f"write `{self._name(which)}`", lambda: self._put(which, manifest))

    def copy(self, which: str, manifest: Manifest, source: Repository) -> None:
        """Copy the blobs of `manifest` from `source`, then write it under a tag, or under its digest.

        If the manifest is refused, the blobs are copied again: the registry may not see one that it is still storing.
        """

        def copy_all() -> None:
            for blob in manifest.blobs:
                self._copy_blob(blob, source)
            self._put(which, manifest)

        self._calls.retry(f"write `{self._name(which)}`", copy_all)

    def _put(self, which: str, manifest: Manifest) -> None:
        headers = {"Content-Type": manifest.media_type}
        answer = self._calls.send_once(
            "PUT", self._url("manifests", which), self._scopes, data=manifest.data, headers=headers
        )
        _check(manifest.data, answer.headers.get("Docker-Content-Digest") or manifest.digest, self._name(which))

    def blob(self, digest: str) -> bytes:
        """Return a blob, after a check of its digest; it is read into memory, so it must be small."""
        where = self._name(digest)
        answer = self._calls.request(f"read `{where}`", "GET", self._url("blobs", digest), self._scopes)
        _check(answer.content, digest, where)
        return answer.content

    def _copy_blob(self, digest: str, source: Repository) -> None:
        """Copy a blob from `source` on the same registry: mount it, or upload it if the registry cannot mount it.

        A failed attempt starts again from the beginning, because an upload that broke off cannot be continued safely.
        """
        self._calls.retry(
            f"copy `{source._name(digest)}` to `{self._name(digest)}`", lambda: self._copy_blob_once(digest, source)
        )

    def _copy_blob_once(self, digest: str, source: Repository) -> None:
        if self._calls.find_once("HEAD", self._url("blobs", digest), self._scopes):
            return
        mount = {"mount": digest, "from": source.path}
        answer = self._calls.send_once("POST", self._url("blobs", "uploads/"), self._scopes, params=mount)
        if answer.status_code != 201:
            self._upload(answer.headers.get("Location", ""), digest, source)

    def _upload(self, location: str, digest: str, source: Repository) -> None:
        import tempfile

        with tempfile.TemporaryFile() as file:
            source._download(digest, file)
            options = {"params": {"digest": digest}, "headers": {"Content-Type": "application/octet-stream"}}
            self._calls.send_once("PUT", location, self._scopes, data=file, **options)

    def _download(self, digest: str, file: IO[bytes]) -> None:
        hasher = hashlib.new(digest.partition(":")[0])
        answer = self._calls.send_once("GET", self._url("blobs", digest), self._scopes, stream=True)
        with translating_network_errors(), answer:
            for piece in answer.iter_content(_PIECE):
                hasher.update(piece)
                file.write(piece)
        _compare(f"{hasher.name}:{hasher.hexdigest()}", digest, self._name(digest))

    def _url(self, kind: str, which: str) -> str:
        return f"/v2/{self.path}/{kind}/{which}"

    def _name(self, which: str) -> str:
        return f"{self._calls.registry}/{self.path}{'@' if ':' in which else ':'}{which}"


def _check(data: bytes, digest: str, where: str) -> None:
    _compare(content_digest(data, digest), digest, where)


def _compare(actual: str, expected: str, where: str) -> None:
    if actual != expected:
        raise RemoteError(
            f"the content of `{where}` is damaged: its digest should be `{expected}`, but is `{actual}`",
            hint="do not use this image; check the proxies between this machine and the registry, or push it again",
        )

"""One repository of a registry: its manifests and its blobs, by the OCI distribution specification."""

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
    """The repository `path`, reached by `calls` with tokens for `scopes`.

    Its methods raise `AuthError` and `RemoteError`.
    """

    def __init__(self, calls: RegistryApi, path: str, scopes: Sequence[str]) -> None:
        self.path = path
        self._calls = calls
        self._scopes = tuple(scopes)

    def manifest(self, which: str) -> Manifest | None:
        """The manifest that a tag or a digest leads to; its bytes are what their digest says."""
        where, accept = self._name(which), {"Accept": ACCEPT}
        answer = self._calls.repeat(
            f"find `{where}`",
            lambda: self._calls.look("GET", self._url("manifests", which), self._scopes, headers=accept),
        )
        if answer is None:
            return None
        for digest in filter(None, (answer.headers.get("Docker-Content-Digest"), which if ":" in which else None)):
            _check(answer.content, digest, where)
        return Manifest.decode(answer.content, answer.headers.get("Content-Type", ""), where)

    def require(self, digest: str) -> Manifest:
        """The manifest `digest`; one that is not there is an error."""
        found = self.manifest(digest)
        if found is None:
            raise RemoteError(
                f"there is no `{self._name(digest)}`", hint="run the same command again: it is pushed", status=404
            )
        return found

    def put(self, which: str, manifest: Manifest) -> None:
        """Make a tag, or the manifest's digest, lead to `manifest`."""
        where, headers = self._name(which), {"Content-Type": manifest.media_type}
        answer = self._calls.ask(
            f"write `{where}`", "PUT", self._url("manifests", which), self._scopes, data=manifest.data, headers=headers
        )
        _check(manifest.data, answer.headers.get("Docker-Content-Digest") or manifest.digest, where)

    def blob(self, digest: str) -> bytes:
        """A small blob, whole."""
        where = self._name(digest)
        answer = self._calls.ask(f"read `{where}`", "GET", self._url("blobs", digest), self._scopes)
        _check(answer.content, digest, where)
        return answer.content

    def take(self, digest: str, source: Repository) -> None:
        """Have the blob `digest` too, from `source` on the same registry: mounted, or copied where it mounts nothing.

        Repeated as a whole: an upload that broke off cannot be relied on.
        """
        self._calls.repeat(
            f"copy `{source._name(digest)}` to `{self._name(digest)}`", lambda: self._take(digest, source)
        )

    def _take(self, digest: str, source: Repository) -> None:
        if self._calls.look("HEAD", self._url("blobs", digest), self._scopes):
            return
        mount = {"mount": digest, "from": source.path}
        answer = self._calls.send("POST", self._url("blobs", "uploads/"), self._scopes, params=mount)
        if answer.status_code != 201:
            self._upload(answer.headers.get("Location", ""), digest, source)

    def _upload(self, location: str, digest: str, source: Repository) -> None:
        import tempfile

        with tempfile.TemporaryFile() as file:
            source._download(digest, file)
            options = {"params": {"digest": digest}, "headers": {"Content-Type": "application/octet-stream"}}
            self._calls.send("PUT", location, self._scopes, data=file, **options)

    def _download(self, digest: str, file: IO[bytes]) -> None:
        found = hashlib.new(digest.partition(":")[0])
        answer = self._calls.send("GET", self._url("blobs", digest), self._scopes, stream=True)
        with translating_network_errors(), answer:
            for piece in answer.iter_content(_PIECE):
                found.update(piece)
                file.write(piece)
        _compare(f"{found.name}:{found.hexdigest()}", digest, self._name(digest))

    def _url(self, kind: str, which: str) -> str:
        return f"/v2/{self.path}/{kind}/{which}"

    def _name(self, which: str) -> str:
        return f"{self._calls.registry}/{self.path}{'@' if ':' in which else ':'}{which}"


def _check(data: bytes, digest: str, where: str) -> None:
    _compare(content_digest(data, digest), digest, where)


def _compare(found: str, digest: str, where: str) -> None:
    if found != digest:
        raise RemoteError(
            f"the registry holds `{found}` for `{where}`, and says that it is `{digest}`",
            hint="do not use this image; look what stands between here and the registry, or push it again",
        )

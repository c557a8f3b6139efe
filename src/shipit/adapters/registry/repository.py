"""One repository of a registry, with its manifests and blobs, by the OCI distribution specification."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import IO
from urllib.parse import urlencode

from shipit.adapters.registry.calls import RegistryApi
from shipit.adapters.registry.exchange import Request
from shipit.adapters.registry.failure import RegistryFailure
from shipit.adapters.registry.manifest import ACCEPT, Blob, Manifest, content_digest, next_page, tags_in
from shipit.core import limits
from shipit.errors import CommandError, RemoteError

_PAGE = 1000  # tags; registries give at most as many


class RegistryRepository:
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

    def name(self, which: str) -> str:
        """Return the image with this tag or digest as messages name it."""
        return f"{self._calls.registry}/{self.path}{'@' if ':' in which else ':'}{which}"

    def manifest(self, which: str) -> Manifest | None:
        """Return the manifest, after a check of its digest; None if there is none."""
        where, request = self.name(which), self._read(self._url("manifests", which), {"Accept": ACCEPT})
        answer = self._calls.retry(f"find `{where}`", lambda: self._calls.find_once(request, self._scopes))
        if answer is None:
            return None
        for digest in filter(None, (answer.headers.get("Docker-Content-Digest"), which if ":" in which else None)):
            _check(answer.body, digest, where)
        return Manifest.decode(answer.body, answer.headers.get("Content-Type", ""), where)

    def tags(self) -> tuple[str, ...]:
        """Return the tags, in at most `limits.TAG_PAGES` pages; empty if the repository does not exist."""
        url, found = f"/v2/{self.path}/tags/list?n={_PAGE}", list[str]()
        for _ in range(limits.TAG_PAGES):
            request = self._read(url)
            answer = self._calls.retry(
                f"list the tags of `{self.path}`",
                lambda request=request: self._calls.find_once(request, self._scopes),  # type: ignore[misc]
            )
            if answer is None:
                break
            found += tags_in(answer.body, self.path)
            if (following := next_page(answer.headers.get("Link"))) is None:
                break
            url = following
        return tuple(found)

    def require(self, digest: str) -> Manifest:
        """Return the manifest; raises `RemoteError` if there is none."""
        found = self.manifest(digest)
        if found is None:
            raise RemoteError(
                f"there is no image `{self.name(digest)}` in the registry",
                hint="run the same command again: it pushes the image",
                status=404,
            )
        return found

    def put(self, which: str, manifest: Manifest) -> None:
        """Write `manifest` under a tag, or under its digest."""
        self._calls.retry(f"write `{self.name(which)}`", lambda: self._put(which, manifest))

    def remove(self, digest: str) -> None:
        """Remove a manifest with all its tags; one that does not exist is fine."""
        self._calls.retry(f"remove `{self.name(digest)}`", lambda: self._remove_once(digest))

    def _remove_once(self, digest: str) -> None:
        try:
            self._calls.send_once(Request("DELETE", self._url("manifests", digest)), self._scopes)
        except RegistryFailure as failure:
            if failure.status != 404:
                raise

    def copy(self, which: str, manifest: Manifest, source: RegistryRepository) -> None:
        """Copy the blobs of `manifest` from `source`, then write it under a tag, or under its digest.

        If the manifest is refused, the blobs are copied again: the registry may not see one that it is still storing.
        """

        def copy_all() -> None:
            for blob in manifest.blobs:
                self._copy_blob(blob, source)
            self._put(which, manifest)

        self._calls.retry(f"write `{self.name(which)}`", copy_all)

    def _put(self, which: str, manifest: Manifest) -> None:
        headers = {"Content-Type": manifest.media_type}
        request = Request("PUT", self._url("manifests", which), headers, manifest.data)
        answer = self._calls.send_once(request, self._scopes)
        _check(manifest.data, answer.headers.get("Docker-Content-Digest") or manifest.digest, self.name(which))

    def blob(self, digest: str) -> bytes:
        """Return a blob, after a check of its digest; it is read into memory, so it must be small."""
        where = self.name(digest)
        answer = self._calls.request(f"read `{where}`", self._read(self._url("blobs", digest)), self._scopes)
        _check(answer.body, digest, where)
        return answer.body

    def _copy_blob(self, blob: Blob, source: RegistryRepository) -> None:
        """Copy a blob from `source` on the same registry: mount it, or upload it if the registry cannot mount it.

        A failed attempt starts again from the beginning, because an upload that broke off cannot be continued safely.
        """
        action = f"copy `{source.name(blob.digest)}` to `{self.name(blob.digest)}`"
        self._calls.retry(action, lambda: self._copy_blob_once(blob, source))

    def _copy_blob_once(self, blob: Blob, source: RegistryRepository) -> None:
        if self._calls.find_once(Request("HEAD", self._url("blobs", blob.digest)), self._scopes):
            return
        mount = urlencode({"mount": blob.digest, "from": source.path})
        answer = self._calls.send_once(Request("POST", f"{self._url('blobs', 'uploads/')}?{mount}"), self._scopes)
        if answer.status != 201:
            self._upload(answer.headers.get("Location", ""), blob, source)

    def _upload(self, location: str, blob: Blob, source: RegistryRepository) -> None:
        import tempfile

        try:
            with tempfile.TemporaryFile() as file:
                source._download(blob, file)
                place = f"{location}{'&' if '?' in location else '?'}{urlencode({'digest': blob.digest})}"
                headers = {"Content-Type": "application/octet-stream"}
                self._calls.send_once(Request("PUT", place, headers, file), self._scopes)
        except OSError as error:
            what = f"a layer of `{source.name(blob.digest)}` cannot be kept in a temporary file: {error.strerror}"
            hint = "free disk space, or set `TMPDIR` to another directory, then run the same command again"
            raise CommandError(what, hint=hint) from error

    def _download(self, blob: Blob, file: IO[bytes]) -> None:
        request = Request("GET", self._url("blobs", blob.digest), to=file, size=blob.size)
        self._calls.send_once(request, self._scopes)
        file.seek(0)
        algorithm = blob.digest.partition(":")[0]
        actual = hashlib.file_digest(file, algorithm).hexdigest()  # type: ignore[arg-type]  # a file that can be read
        _compare(f"{algorithm}:{actual}", blob.digest, self.name(blob.digest))

    def _read(self, url: str, headers: Mapping[str, str] = {}) -> Request:
        return Request("GET", url, headers, size=limits.MANIFEST_SIZE)

    def _url(self, kind: str, which: str) -> str:
        return f"/v2/{self.path}/{kind}/{which}"


def _check(data: bytes, digest: str, where: str) -> None:
    _compare(content_digest(data, digest), digest, where)


def _compare(actual: str, expected: str, where: str) -> None:
    if actual != expected:
        raise RemoteError(
            f"the content of `{where}` is damaged: its digest should be `{expected}`, but is `{actual}`",
            hint="do not use this image; check the proxies between this machine and the registry, or push it again",
        )

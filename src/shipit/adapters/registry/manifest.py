"""Manifests, which list the content of an image. Their bytes are kept unchanged, because the digest depends on them.

The OCI image specification defines the fields; Docker's own formats have the same ones.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Struct

from shipit.adapters.registry.failure import MALFORMED
from shipit.core import limits
from shipit.errors import RemoteError

_Decoded = TypeVar("_Decoded")
Digest = Annotated[str, msgspec.Meta(pattern=r"^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$")]

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_CONFIGS = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
_UNKNOWN = "unknown"  # the platform of an attestation that BuildKit adds to an index


class _Platform(msgspec.Struct):
    os: str = ""


class Blob(Struct, rename="camel"):
    """A part of an image, as its manifest describes it; `size` is in bytes."""

    digest: Digest
    size: Annotated[int, msgspec.Meta(ge=0)]
    media_type: str = ""
    urls: list[str] | None = None
    platform: _Platform | None = None


_Parts = Annotated[list[Blob], msgspec.Meta(max_length=int(limits.IMAGE_PARTS))]


class _Content(msgspec.Struct, rename="camel"):
    media_type: str | None = None
    manifests: _Parts | None = None
    config: Blob | None = None
    layers: _Parts | None = None


class _HealthCheck(msgspec.Struct, rename="pascal"):
    test: list[str] | None = None


class ImageDefaults(Struct, rename="pascal"):
    """The settings of an image for its containers, in the image's configuration."""

    labels: dict[str, str] | None = None
    healthcheck: _HealthCheck | None = None

    @property
    def has_health_check(self) -> bool:
        """True if the image has a `HEALTHCHECK`; `HEALTHCHECK NONE` is none."""
        test = self.healthcheck.test if self.healthcheck else None
        return bool(test) and test != ["NONE"]


class _Image(msgspec.Struct):
    config: ImageDefaults | None = None


class _Tags(msgspec.Struct):
    tags: list[str] | None = None


class Manifest(Struct, frozen=True):
    """The manifest of an image, or the index of an image for several platforms."""

    data: bytes
    media_type: str
    _content: _Content

    @classmethod
    def decode(cls, data: bytes, content_type: str, where: str) -> Manifest:
        """Return the manifest in `data`; raises `RemoteError` if it is not one.

        Args:
            content_type: the header of the response.
            where: the image reference, for the error message.
        """
        content = _decode(data, _Content, where)
        return cls(data, content.media_type or content_type.partition(";")[0], content)

    @property
    def digest(self) -> str:
        """The digest of the manifest, by SHA-256."""
        return content_digest(self.data)

    @property
    def children(self) -> tuple[str, ...]:
        """The digests of the manifests in an index; empty for the manifest of an image."""
        return tuple(child.digest for child in self._content.manifests or ())

    @property
    def first(self) -> str | None:
        """The digest of the first image in an index, attestations left out; None for the manifest of an image."""
        for child in self._content.manifests or ():
            if child.platform is None or child.platform.os != _UNKNOWN:
                return child.digest
        return None

    @property
    def config(self) -> str | None:
        """The digest of the image's configuration; None if there is none."""
        config = self._content.config
        return config.digest if config and config.media_type in _CONFIGS else None

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """The configuration and the layers that the registry stores; layers with URLs are elsewhere."""
        config = (self._content.config,) if self._content.config else ()
        return tuple(blob for blob in (*config, *(self._content.layers or ())) if not blob.urls)


def container_config(config: bytes, where: str) -> ImageDefaults:
    """Return the settings in an image's configuration; raises `RemoteError` if it is not one.

    `where` is the digest of the configuration, for the error message.
    """
    return _decode(config, _Image, where).config or ImageDefaults()


def tags_in(data: bytes, where: str) -> list[str]:
    """Return the tags in a page of the list of tags; raises `RemoteError` if it is not one."""
    return _decode(data, _Tags, where).tags or []


def next_page(link: str | None) -> str | None:
    """Return the address of the next page in the header `Link`; None if there is none.

    >>> next_page('</v2/acme/app/tags/list?n=1000&last=v1>; rel="next"')
    '/v2/acme/app/tags/list?n=1000&last=v1'
    """
    match = re.match(r'<([^>]+)>;\s*rel="?next"?', link or "")
    return match and match[1]


def content_digest(data: bytes, like: str = "sha256:") -> str:
    """Return the digest of `data`, by the algorithm of the digest `like`: SHA-512, or SHA-256 for any other.

    >>> content_digest(b"{}")
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    """
    algorithm = "sha512" if like.startswith("sha512:") else "sha256"
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def _decode(data: bytes, kind: type[_Decoded], where: str) -> _Decoded:
    try:
        return msgspec.json.decode(data, type=kind)
    except MALFORMED as error:
        raise RemoteError(
            f"`{where}` in the registry is not an image: {error}",
            hint="check the name of the image and its registry, or push the image again",
        ) from error

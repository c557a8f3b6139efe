"""Manifests: what an image consists of, as the very bytes that its digest is of.

The fields are those of the OCI image specification, which Docker's own formats share.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec

from shipit.errors import RemoteError

T = TypeVar("T")
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
_UNKNOWN = "unknown"  # the platform of what BuildKit attests of an image


class _Platform(msgspec.Struct):
    os: str = ""


class _Descriptor(msgspec.Struct, rename="camel"):
    digest: Digest
    media_type: str = ""
    urls: list[str] | None = None
    platform: _Platform | None = None


class _Content(msgspec.Struct, rename="camel"):
    media_type: str | None = None
    manifests: list[_Descriptor] | None = None
    config: _Descriptor | None = None
    layers: list[_Descriptor] | None = None


class _ContainerConfig(msgspec.Struct, rename="pascal"):
    labels: dict[str, str] | None = None


class _Image(msgspec.Struct):
    config: _ContainerConfig | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one image, or the index of one for several platforms."""

    data: bytes
    media_type: str
    _content: _Content

    @classmethod
    def decode(cls, data: bytes, content_type: str, where: str) -> Manifest:
        """The manifest at `where`, sent as `content_type`; raises `RemoteError` when it is none."""
        content = _decode(data, _Content, where)
        return cls(data, content.media_type or content_type.partition(";")[0], content)

    @property
    def digest(self) -> str:
        return content_digest(self.data)

    @property
    def children(self) -> tuple[str, ...]:
        """The digests of the manifests that an index lists."""
        return tuple(child.digest for child in self._content.manifests or ())

    @property
    def first(self) -> str | None:
        """The digest of the first manifest of an index that is an image, and not said of one."""
        for child in self._content.manifests or ():
            if child.platform is None or child.platform.os != _UNKNOWN:
                return child.digest
        return None

    @property
    def config(self) -> str | None:
        """The digest of an image's configuration."""
        config = self._content.config
        return config.digest if config and config.media_type in _CONFIGS else None

    @property
    def blobs(self) -> tuple[str, ...]:
        """The digests of what the registry itself holds of an image; layers with URLs are elsewhere."""
        config = (self._content.config,) if self._content.config else ()
        return tuple(blob.digest for blob in (*config, *(self._content.layers or ())) if not blob.urls)


def labels_of(config: bytes, where: str) -> dict[str, str]:
    """The labels in an image's configuration; raises `RemoteError` when it is none."""
    container = _decode(config, _Image, where).config
    return (container and container.labels) or {}


def content_digest(data: bytes, like: str = "sha256:") -> str:
    """The digest of `data`, by the algorithm of the digest `like`; by SHA-256 where that names none of OCI's.

    >>> content_digest(b"{}")
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    """
    algorithm = "sha512" if like.startswith("sha512:") else "sha256"
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def _decode(data: bytes, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise RemoteError(f"what the registry holds for `{where}` is no image: {error}") from error

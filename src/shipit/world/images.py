"""The ports to the container engine that builds images, and to the registries that keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.core.images import Build


class LocalImage(Struct, frozen=True):
    """An image in the local engine; `id` is the digest of its configuration."""

    id: str
    labels: Mapping[str, str] = field(default_factory=dict)


class RemoteImage(Struct, frozen=True):
    """An image in a registry; `digest` is that of its manifest, or of its index if it has several platforms.

    `health_check` is True if the image has a `HEALTHCHECK`.
    """

    digest: str
    labels: Mapping[str, str] = field(default_factory=dict)
    health_check: bool = False


class Engine(Protocol):
    """The container engine, such as docker, which builds images and pushes them. References are `name:tag`."""

    # reads
    def builder(self) -> str:
        """Return the name of the builder, to show to users: BuildKit, or the engine's classic builder."""

    def find(self, reference: str) -> LocalImage | None:
        """Return the local image with this reference; None if there is none."""

    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        """Return the reasons why these builds cannot succeed: no engine, or an engine that lacks a feature."""

    # writes
    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        """Build an image and tag it locally as `reference`.

        Raises `CommandError` if the build fails or takes longer than `timeout` seconds.
        """

    def push(self, reference: str, *, tag: str = "") -> str:
        """Push a local image to its registry, first the layers and then the tag, and return its manifest's digest.

        Args:
            reference: the local image.
            tag: the tag in the registry; the one of `reference` if it is empty.

        Raises `AuthError` or `RemoteError` if the registry does not accept it.
        """


class Registry(Protocol):
    """All container registries; the reference selects one. References are `name:tag` or `name@digest`."""

    # reads
    def find(self, reference: str) -> RemoteImage | None:
        """Return the image with this reference; None if the registry has none."""

    def digests(self, reference: str) -> frozenset[str]:
        """Return the digests by which a runtime can name the image: of its manifest, its platforms, its configuration.

        It is empty if the registry has no such image.
        """

    def tag_names(self, name: str) -> tuple[str, ...]:
        """Return the tags of the repository `name` (`registry/path`); of very many, only the first ones."""

    def manifests(self, reference: str) -> tuple[str, ...]:
        """Return the digest of the manifest that the reference leads to, then those of its platforms.

        It is empty if the registry has no such image.
        """

    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        """Return the reasons why a push to these repositories (`registry/path`) would fail, without writing."""

    # writes
    def tag(self, reference: str, digest: str) -> None:
        """Point the tag `reference` at the manifest `digest` of the same repository."""

    def copy(self, source: str, reference: str) -> str:
        """Copy the image `source` with its layers to `reference` and return its digest.

        `source` is `name@digest`, on the same registry as `reference`.
        """

    def remove(self, reference: str) -> None:
        """Remove the image `name@digest` with all its tags; an image that the registry does not have is fine.

        Raises `AuthError` if the login must not remove it, and `RemoteError` if the registry does not allow it.
        """


Transfer = Callable[[str, int, int], None]
"""Callback for the progress of a push: a layer's id, its bytes sent so far, its bytes in total."""

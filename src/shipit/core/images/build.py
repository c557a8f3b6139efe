"""The settings of an image build."""

from __future__ import annotations

from msgspec import Struct, field


class Build(Struct, frozen=True):
    """How an image is built.

    `args` are build arguments; `secrets` names of environment variables by the id that the Dockerfile mounts;
    `created` is what timestamps in the image are set to, in seconds since the epoch (SOURCE_DATE_EPOCH).
    """

    context: str = "."
    dockerfile: str = "Dockerfile"
    labels: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    platforms: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    provenance: bool = False
    sbom: bool = False
    created: int = 0

"""The settings of an image build."""

from __future__ import annotations

from msgspec import Struct, field


class Build(Struct, frozen=True):
    """The settings of one image build.

    Attributes:
        context: path of the directory that is sent to the builder.
        args: build arguments, by name.
        secrets: names of the variables that contain secrets, by the id under which the Dockerfile mounts them.
        platforms: such as `linux/arm64`; empty for the platform of the engine.
        created: the timestamp of all files in the image, in seconds since the epoch (`SOURCE_DATE_EPOCH`).
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

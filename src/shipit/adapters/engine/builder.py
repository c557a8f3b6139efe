"""The builder of images, and the features that it lacks.

>>> classic = Builder("20.10.24", "linux/amd64")
>>> str(classic)
'the classic builder of docker 20.10.24 (docker buildx is not installed: no cache, secrets or other platforms)'
>>> [finding.what for finding in builder_findings(Build(secrets={"npm": "NPM_TOKEN"}), classic)]
['the classic builder of docker 20.10.24 cannot build with secrets']
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from shipit.core.images import Build
from shipit.finding import Finding

_INSTALL = "install docker buildx: the package `docker-buildx-plugin` of Docker, or `docker-buildx` of the distribution"
_CONTAINERD = 'set `{"features": {"containerd-snapshotter": true}}` in /etc/docker/daemon.json (docker 24 or newer)'


class Builder(Struct, frozen=True):
    """The features of an engine and of `docker buildx` that decide which builds are possible.

    Args:
        engine: the version of the engine.
        platform: the platform of the engine, `os/architecture`.
        containerd: whether the engine stores images in containerd, which supports several platforms and attestations.
        buildx: the version of `docker buildx`; None if it is not installed.
        driver: the driver of buildx: `docker` is BuildKit in the engine, others are BuildKit outside of it.
    """

    engine: str
    platform: str
    containerd: bool = False
    buildx: str | None = None
    driver: str = "docker"

    def __str__(self) -> str:
        if self.buildx:
            return f"BuildKit (docker buildx {self.buildx})"
        return f"{self.kind} (docker buildx is not installed: no cache, secrets or other platforms)"

    @property
    def kind(self) -> str:
        """The name of the builder, for messages."""
        return "docker buildx" if self.buildx else f"the classic builder of docker {self.engine}"


def builder_findings(build: Build, builder: Builder) -> Iterator[Finding]:
    """Yield a finding if `build` needs features that `builder` lacks."""
    if builder.buildx is None:
        if needed := _needs_buildx(build, builder.platform):
            yield Finding("builder", f"{builder.kind} cannot build with {', '.join(needed)}", _INSTALL)
        return
    if not builder.containerd and (needed := _needs_containerd(build, builder.driver)):
        what = f"docker {builder.engine} cannot build with {', '.join(needed)}: it does not store images in containerd"
        yield Finding("builder", what, _CONTAINERD)


def _needs_buildx(build: Build, platform: str) -> list[str]:
    features = {
        "secrets": build.secrets,
        "a cache": build.cache_from or build.cache_to,
        f"platforms other than {platform}": set(build.platforms) - {platform},
        "provenance": build.provenance,
        "an SBOM": build.sbom,
    }
    return [name for name, needed in features.items() if needed]


def _needs_containerd(build: Build, driver: str) -> list[str]:
    features = {
        "several platforms": len(build.platforms) > 1,
        "provenance": build.provenance,
        "an SBOM": build.sbom,
        "an exported cache": driver == "docker" and any("type=inline" not in cache for cache in build.cache_to),
    }
    return [name for name, needed in features.items() if needed]


def missing_inputs(build: Build, root: str, variables: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each input of `build` that does not exist: files below `root`, and environment variables."""
    if not os.path.isdir(os.path.join(root, build.context)):
        yield Finding("build-context", f"the build context `{build.context}` is not a directory", "set `context`")
    if not os.path.isfile(os.path.join(root, build.dockerfile)):
        yield Finding("dockerfile", f"there is no Dockerfile `{build.dockerfile}`", "add it, or set `dockerfile`")
    for id, name in build.secrets.items():
        if not variables.get(name):
            what = f"the build secret `{id}` has no value: the environment variable `{name}` is not set"
            yield Finding("build-secret", what, f"set `{name}`")

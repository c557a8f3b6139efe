"""What builds images, and what it cannot do.

>>> classic = Builder("20.10.24", "linux/amd64")
>>> str(classic)
'the classic builder of docker 20.10.24 (no docker buildx here: no cache, secrets or other platforms)'
>>> [finding.what for finding in builder_findings(Build(secrets={"npm": "NPM_TOKEN"}), classic)]
['the classic builder of docker 20.10.24 cannot build with secrets']
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shipit.core.images import Build
from shipit.finding import Finding

_INSTALL = "install docker buildx: the package `docker-buildx-plugin` of Docker, or `docker-buildx` of the distribution"
_CONTAINERD = 'set `{"features": {"containerd-snapshotter": true}}` in /etc/docker/daemon.json (docker 24 or newer)'


@dataclass(frozen=True, slots=True)
class Builder:
    """An engine, the plugin that builds on it, and what images are kept in.

    Args:
        engine: the version of the engine.
        platform: what the engine runs on, `os/architecture`.
        containerd: whether it keeps images in containerd, which has room for several platforms and attestations.
        buildx: the version of `docker buildx`; None where there is none.
        driver: how buildx reaches BuildKit: in the engine (`docker`), or elsewhere.
    """

    engine: str
    platform: str
    containerd: bool = False
    buildx: str | None = None
    driver: str = "docker"

    def __str__(self) -> str:
        if self.buildx:
            return f"BuildKit (docker buildx {self.buildx})"
        return f"{self.kind} (no docker buildx here: no cache, secrets or other platforms)"

    @property
    def kind(self) -> str:
        return "docker buildx" if self.buildx else f"the classic builder of docker {self.engine}"


def builder_findings(build: Build, builder: Builder) -> Iterator[Finding]:
    """What `builder` cannot do for `build`."""
    if builder.buildx is None:
        if wanted := _beyond_the_classic(build, builder.platform):
            yield Finding("builder", f"{builder.kind} cannot build with {', '.join(wanted)}", _INSTALL)
        return
    if not builder.containerd and (wanted := _beyond_the_store(build, builder.driver)):
        what = (
            f"docker {builder.engine} cannot build with {', '.join(wanted)}, as it does not keep images in containerd"
        )
        yield Finding("builder", what, _CONTAINERD)


def _beyond_the_classic(build: Build, platform: str) -> list[str]:
    asked = {
        "secrets": build.secrets,
        "a cache": build.cache_from or build.cache_to,
        f"platforms other than {platform}": set(build.platforms) - {platform},
        "provenance": build.provenance,
        "an SBOM": build.sbom,
    }
    return [name for name, wanted in asked.items() if wanted]


def _beyond_the_store(build: Build, driver: str) -> list[str]:
    asked = {
        "several platforms": len(build.platforms) > 1,
        "provenance": build.provenance,
        "an SBOM": build.sbom,
        "an exported cache": driver == "docker" and any("type=inline" not in cache for cache in build.cache_to),
    }
    return [name for name, wanted in asked.items() if wanted]


def missing_inputs(build: Build, root: str, variables: Mapping[str, str]) -> Iterator[Finding]:
    """What `build` names and is not there: files below `root`, and environment variables."""
    if not os.path.isdir(os.path.join(root, build.context)):
        yield Finding("build-context", f"there is no directory `{build.context}` to build in", "set `context`")
    if not os.path.isfile(os.path.join(root, build.dockerfile)):
        yield Finding("dockerfile", f"there is no Dockerfile `{build.dockerfile}`", "add it, or set `dockerfile`")
    for id, name in build.secrets.items():
        if not variables.get(name):
            yield Finding("build-secret", f"the build's secret `{id}` is empty: `{name}` is not set", f"set `{name}`")

"""BuildKit through `docker buildx`.

>>> arguments("acme/app:1.4.0", Build(labels={"a": "b"}, platforms=("linux/amd64", "linux/arm64")))[-6:]
['--file=./Dockerfile', '--label=a=b', '--platform=linux/amd64,linux/arm64', '--provenance=false', '--sbom=false', '.']
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from shipit.adapters.process import without_tokens
from shipit.core.images import Build

_TO_ANSWER = 60  # seconds


def arguments(reference: str, build: Build) -> list[str]:
    """The command that builds `reference` and hands it to the engine; paths are as `build` gives them."""
    return [
        *(
            "docker",
            "buildx",
            "build",
            "--load",
            "--progress=plain",
            f"--tag={reference}",
            f"--file={_path(build.dockerfile)}",
        ),
        *(f"--label={name}={value}" for name, value in build.labels.items()),
        *(f"--build-arg={name}={value}" for name, value in build.args.items()),
        *(f"--secret=id={id},env={variable}" for id, variable in build.secrets.items()),
        *([f"--platform={','.join(build.platforms)}"] if build.platforms else []),
        *(f"--cache-from={cache}" for cache in build.cache_from),
        *(f"--cache-to={cache}" for cache in build.cache_to),
        f"--provenance={str(build.provenance).lower()}",
        f"--sbom={str(build.sbom).lower()}",
        _path(build.context),
    ]


def _path(path: str) -> str:
    """What docker takes for a path, and for no option, standard input or address, whatever its name."""
    return path if path == "." else f"./{path}"


def process_variables(build: Build, variables: Mapping[str, str], configuration: str) -> dict[str, str]:
    """What the build sees of `variables`: no token, save those it names as secrets.

    Args:
        configuration: docker's configuration directory.
    """
    secrets = {name: variables[name] for name in build.secrets.values()}
    epoch = str(build.created)  # https://reproducible-builds.org/specs/source-date-epoch/
    return {**without_tokens(variables), **secrets, "DOCKER_CONFIG": configuration, "SOURCE_DATE_EPOCH": epoch}


def version() -> str | None:
    """The version of `docker buildx`; None where docker has no such plugin, or is not installed."""
    found = re.search(r"\bv?(\d+\.\d+\.\d+)", _asked("version"))
    return found and found[1]


def driver() -> str:
    """How buildx reaches the BuildKit it would build with: `docker` is the engine's own."""
    found = re.search(r"^Driver:\s+(\S+)", _asked("inspect"), re.MULTILINE)
    return found[1] if found else "docker"


def _asked(command: str) -> str:
    """What `docker buildx` says; nothing where it fails."""
    argv = ["docker", "buildx", command]
    variables = without_tokens(os.environ)
    try:
        done = subprocess.run(argv, env=variables, capture_output=True, encoding="utf-8", timeout=_TO_ANSWER)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""

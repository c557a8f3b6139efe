"""BuildKit through `docker buildx`.

>>> arguments("acme/app:1.4.0", Build(labels={"a": "b"}, platforms=("linux/amd64", "linux/arm64")))[-6:]
['--file=./Dockerfile', '--label=a=b', '--platform=linux/amd64,linux/arm64', '--provenance=false', '--sbom=false', '.']
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from shipit.adapters.tokens import without_tokens
from shipit.core import limits
from shipit.core.images import Build


def arguments(reference: str, build: Build) -> list[str]:
    """Return the command that builds the image `reference` and loads it into the engine; paths are those of `build`."""
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
    """Return `path` in a form that docker does not take for an option, standard input (`-`) or a URL."""
    return path if path == "." else f"./{path}"


def process_variables(build: Build, variables: Mapping[str, str], configuration: str) -> dict[str, str]:
    """Return the environment variables for the build: `variables` without tokens, except those that it uses as secrets.

    Args:
        configuration: the path of docker's configuration directory.
    """
    secrets = {name: variables[name] for name in build.secrets.values()}
    epoch = str(build.created)  # https://reproducible-builds.org/specs/source-date-epoch/
    return {**without_tokens(variables), **secrets, "DOCKER_CONFIG": configuration, "SOURCE_DATE_EPOCH": epoch}


def version() -> str | None:
    """Return the version of `docker buildx`; None if docker or this plugin of it is not installed."""
    match = re.search(r"\bv?(\d+\.\d+\.\d+)", _output("version"))
    return match and match[1]


def driver() -> str:
    """Return the driver of the current builder of buildx; `docker` is BuildKit in the engine."""
    match = re.search(r"^Driver:\s+(\S+)", _output("inspect"), re.MULTILINE)
    return match[1] if match else "docker"


def _output(command: str) -> str:
    """Return the output of a command of `docker buildx`; empty if it fails."""
    argv = ["docker", "buildx", command]
    variables = without_tokens(os.environ)
    try:
        done = subprocess.run(argv, env=variables, capture_output=True, encoding="utf-8", timeout=limits.BUILDX_ANSWER)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""

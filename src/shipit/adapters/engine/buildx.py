"""BuildKit through `docker buildx`.

>>> arguments("acme/app:1.4.0", Build(labels={"a": "b"}, platforms=("linux/amd64", "linux/arm64")))[-6:]
['--file=./Dockerfile', '--label=a=b', '--platform=linux/amd64,linux/arm64', '--provenance=false', '--sbom=false', '.']
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from shipit.adapters.processes.tokens import without_tokens
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
    own = {"DOCKER_CONFIG": configuration, "SOURCE_DATE_EPOCH": epoch}
    # Only provenance contains what buildx asks git for: seven questions. The labels name the commit.
    asks_git = {} if build.provenance else {"BUILDX_GIT_INFO": "false"}
    return {**asks_git, **without_tokens(variables), **secrets, **own}


@contextmanager
def asking() -> Iterator[Callable[[], tuple[str | None, str]]]:
    """Start to ask docker about buildx, and yield a function that waits for the answers.

    It returns the version of `docker buildx`, None if docker or this plugin of it is not installed; and the driver of
    the current builder, where `docker` is BuildKit in the engine. Each of the two programs takes a tenth of a second,
    in which the connection to the engine is made.
    """
    programs = [_started("version"), _started("inspect")]

    def answers() -> tuple[str | None, str]:
        version, builder = map(_output, programs)
        found = re.search(r"\bv?(\d+\.\d+\.\d+)", version)
        driver = re.search(r"^Driver:\s+(\S+)", builder, re.MULTILINE)
        return found and found[1], driver[1] if driver else "docker"

    try:
        yield answers
    finally:
        for program in filter(None, programs):
            with program:
                program.kill()


def _started(command: str) -> subprocess.Popen[str] | None:
    """Start a command of `docker buildx`; return None if docker is not installed."""
    argv, quiet = ["docker", "buildx", command], subprocess.DEVNULL
    variables = without_tokens(os.environ)
    try:
        return subprocess.Popen(
            argv, env=variables, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, encoding="utf-8", errors="replace"
        )
    except OSError:
        return None


def _output(program: subprocess.Popen[str] | None) -> str:
    """Return the output of a program; empty if it fails."""
    if program is None:
        return ""
    try:
        output, _ = program.communicate(timeout=limits.BUILDX_ANSWER)
    except subprocess.TimeoutExpired:
        return ""
    return output if program.returncode == 0 else ""

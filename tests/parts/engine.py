"""A container engine as its client sees it."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from parts.daemon import CACHE, PATIENCE, program

BUILDX = CACHE / "buildx" / "usr/libexec/docker/cli-plugins/docker-buildx"
COMPOSE = CACHE / "compose" / "usr/libexec/docker/cli-plugins/docker-compose"
SYSTEM_PLUGINS = ("/usr/local/lib/docker", "/usr/local/libexec/docker", "/usr/lib/docker", "/usr/libexec/docker")


@dataclass(frozen=True)
class Engine:
    """An engine and a configuration of its client.

    engine.docker("build", "--tag", "app:1", str(context))
    with engine.serving("app:1") as url: ...
    subprocess.run(["shipit", "image"], env={**os.environ, **engine.environment})
    """

    host: str
    config: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {"DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.config)}

    def docker(self, *arguments: str, config: Path | None = None, input: str | None = None) -> str:
        """What `docker` answers to `arguments`, without the last line break.

        Raises:
            AssertionError: it failed; with what it said.
        """
        return self.run(*arguments, config=config, input=input, check=True).stdout.strip()

    def run(
        self, *arguments: str, config: Path | None = None, input: str | None = None, check: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """`docker` with `arguments`, run to its end."""
        environment = {**os.environ, **replace(self, config=config or self.config).environment}
        argv = [program("docker"), *arguments]
        done = subprocess.run(argv, env=environment, input=input or "", capture_output=True, encoding="utf-8")
        assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
        return done

    def send(self, data: bytes, *arguments: str) -> None:
        """Run `docker` with `arguments`, which reads `data`."""
        argv, environment = [program("docker"), *arguments], {**os.environ, **self.environment}
        done = subprocess.run(argv, env=environment, input=data, capture_output=True)
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr.decode(errors='replace')}"

    def with_config(self, directory: Path, *, buildx: bool = True) -> Engine:
        """The same engine with an empty client configuration in `directory`, for tests that log in."""
        return replace(self, config=write_config(directory, buildx=buildx))

    @contextmanager
    def serving(self, image: str, *options: str, port: int = 8080) -> Iterator[str]:
        """A container of `image`, and the URL at which it answers."""
        container = self.docker("run", "--detach", "--publish", f"127.0.0.1::{port}", *options, image)
        try:
            url = f"http://{self.docker('port', container, f'{port}/tcp')}"
            self._wait_for(url, container)
            yield url
        finally:
            self.docker("rm", "--force", "--volumes", container)

    def _wait_for(self, url: str, container: str) -> None:
        for _ in range(PATIENCE * 20):
            if _answers(url):
                return
            if self.docker("inspect", "--format", "{{.State.Running}}", container) != "true":
                break
            time.sleep(0.05)
        pytest.fail(f"{url} does not answer: {self.run('logs', container)}")


def add_compose(engine: Engine) -> Engine:
    """Give `docker compose` to the client of an engine, and return the engine."""
    plugin = engine.config / "cli-plugins" / COMPOSE.name
    if not plugin.exists():
        plugin.symlink_to(_installed(COMPOSE))
    return engine


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except OSError:
        return False
    return True


def write_config(directory: Path, *, buildx: bool) -> Path:
    """A client configuration that has buildx, or one that has not, whatever the system has."""
    plugin = directory / "cli-plugins" / "docker-buildx"
    plugin.parent.mkdir(parents=True)
    (directory / "config.json").write_text("{}")
    if buildx:
        plugin.symlink_to(_installed(BUILDX))
    else:
        plugin.write_text("#!/bin/sh\nexit 1\n")  # what is broken here hides what is whole in the system
        plugin.chmod(0o755)
    return directory


def _installed(plugin: Path) -> Path:
    of_the_system = (Path(place) / "cli-plugins" / plugin.name for place in SYSTEM_PLUGINS)
    found = next((path for path in (plugin, *of_the_system) if path.exists()), None)
    return found or pytest.skip(f"not installed: {plugin.name} (make test installs it on Debian, for root)")

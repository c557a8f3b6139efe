"""A container engine of the tests' own: `dockerd` with its data, network and client configuration in a room of its own.

Every pytest worker has one: it starts in about a second, and no test sees another worker's images. It stands on the
host's network, so that registries and published ports on 127.0.0.1 are the same for it and for the tests, but has a
bridge of its own and leaves the firewall alone: a published port is served by docker-proxy, and containers do not
reach the internet.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from parts.daemon import CACHE, PATIENCE, as_root, daemon, new_room, program

# A newer engine than the system's, which keeps its images in containerd; extracted by scripts/install-parts.
NEWER = CACHE / "engine"
BUILDX = CACHE / "buildx" / "usr/libexec/docker/cli-plugins/docker-buildx"
FIRST_WITH_CONTAINERD_STORE = 24
SYSTEM_PLUGINS = ("/usr/local/lib/docker", "/usr/local/libexec/docker", "/usr/lib/docker", "/usr/libexec/docker")

# The bridge of an engine, its addresses, and those of the networks that tests make: set apart for benchmarks (RFC 2544).
BRIDGE, OWN, OTHERS = "shipit{}", "198.18.{}.", "198.19.{}."


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
        plugin.symlink_to(_installed_buildx())
    else:
        plugin.write_text("#!/bin/sh\nexit 1\n")  # what is broken here hides what is whole in the system
        plugin.chmod(0o755)
    return directory


def _installed_buildx() -> Path:
    of_the_system = (Path(place) / "cli-plugins" / "docker-buildx" for place in SYSTEM_PLUGINS)
    found = next((path for path in (BUILDX, *of_the_system) if path.exists()), None)
    return found or pytest.skip("not installed: docker buildx (make test installs it on Debian, for root)")


@contextmanager
def system_engine() -> Iterator[Engine]:
    """The engine that the system has, with its classic image store."""
    with _engine(os.environ["PATH"], containerd=False) as engine:
        yield engine


@contextmanager
def containerd_engine() -> Iterator[Engine]:
    """A newer engine that keeps its images in containerd: indexes of several platforms, provenance."""
    path = f"{NEWER}/usr/sbin:{NEWER}/usr/bin:{os.environ['PATH']}"
    said = subprocess.run([program("dockerd", path), "--version"], capture_output=True, encoding="utf-8").stdout
    version = re.search(r"version (\d+)", said)
    if not version or int(version[1]) < FIRST_WITH_CONTAINERD_STORE:
        pytest.skip(f"not installed: an engine with containerd's image store; {said}")
    with _engine(path, containerd=True) as engine:
        yield engine


@contextmanager
def _engine(path: str, *, containerd: bool) -> Iterator[Engine]:
    dockerd, _, _ = program("dockerd", path), program("runc", path), program("docker")
    _installed_buildx()
    number = _new_bridge()
    room = new_room()
    (room / "daemon.json").write_text(json.dumps({"features": {"containerd-snapshotter": containerd}}))
    config, address = write_config(room / "client", buildx=True), room / "docker.sock"
    argv = ["env", f"PATH={path}:/usr/sbin:/sbin", dockerd, *_options(room, number)]
    with daemon(argv, room, lambda: _ping(address), networks=[OTHERS.format(number), OWN.format(number)], root=True):
        yield Engine(f"unix://{address}", config)


def _options(room: Path, number: int) -> list[str]:
    api = [f"--host=unix://{room}/docker.sock", f"--group={os.getgid()}"]
    places = [f"--config-file={room}/daemon.json", f"--data-root={room}/data", f"--exec-root={room}/exec"]
    network = [f"--bridge={BRIDGE.format(number)}", "--iptables=false", "--ip-forward=false", "--ip-masq=false"]
    pool = [f"--default-address-pool=base={OTHERS.format(number)}0/24,size=28"]
    return [*api, *places, f"--pidfile={room}/pid", *network, *pool, "--shutdown-timeout=2", "--log-level=warn"]


def _new_bridge() -> int:
    """The number of a new bridge. The kernel gives a name once only, so no other engine of this machine has it."""
    ip = [*as_root(), program("ip")]
    for number in itertools.count():
        name = BRIDGE.format(number)
        added = subprocess.run([*ip, "link", "add", name, "type", "bridge"], capture_output=True, encoding="utf-8")
        if added.returncode == 0:
            subprocess.run([*ip, "address", "add", f"{OWN.format(number)}1/24", "dev", name], check=True)
            subprocess.run([*ip, "link", "set", name, "up"], check=True)
            return number
        if "File exists" not in added.stderr:
            pytest.skip(f"no network for an engine: {added.stderr}")
    raise AssertionError("unreachable")


def _ping(address: Path) -> bool | None:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(address))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return connection.recv(64).split()[1:2] == [b"200"] or None
        except OSError:
            return None

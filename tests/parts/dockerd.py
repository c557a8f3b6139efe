"""Engines of the tests' own: `dockerd` with its data, network and client configuration in a room of its own.

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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from parts.daemon import CACHE, as_root, daemon, new_room, program, wait_until
from parts.engine import Engine, write_config

# A newer engine than the system's, unpacked by scripts/install-parts where the system's is too old.
NEWER = CACHE / "engine"
FIRST_WITH_CONTAINERD_STORE = 24
# Starts the engine of the room $0 again whenever it ends, as systemd does, unless there is a file `off`. The old containerd
# is a zombie until the end, and would count as running.
_KEPT_RUNNING = 'while :; do [ -e "$0/off" ] || { rm -f "$0"/exec/containerd/*.pid; "$@"; }; sleep 0.2; done'
# The bridge of an engine, its addresses, and those of the networks that tests make: set apart for benchmarks (RFC 2544).
BRIDGE, OWN, OTHERS = "shipit{}", "198.18.{}.", "198.19.{}."
# The bridge's own link address. A bridge without one takes that of a container, and another one when this container
# ends: the other containers then send their answers to an address that is gone, until they ask again.
LINK = "02:42:c6:12:{:02x}:01"


@dataclass(frozen=True)
class Switch:
    """The switch of an engine whose files are in `room`."""

    room: Path

    def argv(self, argv: Sequence[str]) -> list[str]:
        """Return a command that runs another one again whenever it ends, as systemd does."""
        return ["sh", "-c", _KEPT_RUNNING, str(self.room), *argv]

    def off(self) -> None:
        """Kill the engine by SIGKILL; it is not started again before `on`. Its containers go on until then."""
        (self.room / "off").touch()
        self.kill()
        wait_until(lambda: not self._answers())

    def on(self) -> None:
        """Start the engine again, which also starts its containers again, if their settings say so."""
        (self.room / "off").unlink()
        wait_until(self._answers)

    def kill(self) -> None:
        """Kill the engine by SIGKILL; it is started again at once."""
        subprocess.run([*as_root(), "kill", "-KILL", (self.room / "pid").read_text()], check=True)

    def _answers(self) -> bool:
        return bool(_ping(self.room / "docker.sock"))


@contextmanager
def switched_engine() -> Iterator[tuple[Engine, Switch]]:
    """An engine like `system_engine`, which a test can kill and start again."""
    switch = Switch(new_room())
    with _engine(os.environ["PATH"], containerd=False, switch=switch) as engine:
        yield engine, switch


@contextmanager
def system_engine(settings: Mapping[str, object] = {}, environment: Mapping[str, str] = {}) -> Iterator[Engine]:
    """The engine that the system has, with its classic image store, and further settings and variables."""
    with _engine(os.environ["PATH"], containerd=False, settings=settings, environment=environment) as engine:
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
def _engine(
    path: str,
    *,
    containerd: bool,
    switch: Switch | None = None,
    settings: Mapping[str, object] = {},
    environment: Mapping[str, str] = {},
) -> Iterator[Engine]:
    dockerd = program("dockerd", path)
    room = switch.room if switch else new_room()
    config, address = write_config(room / "client", buildx=True), room / "docker.sock"
    (room / "daemon.json").write_text(json.dumps({"features": {"containerd-snapshotter": containerd}, **settings}))
    number = _new_bridge()
    argv = [dockerd, *_options(room, number)]
    variables = [f"{name}={value}" for name, value in environment.items()]
    argv = ["env", f"PATH={path}:/usr/sbin:/sbin", *variables, *(switch.argv(argv) if switch else argv)]
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
        add = [*ip, "link", "add", name, "address", LINK.format(number), "type", "bridge"]
        added = subprocess.run(add, capture_output=True, encoding="utf-8")
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

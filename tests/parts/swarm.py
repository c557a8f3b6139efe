"""Docker swarms: engines in network namespaces of their own, which share the registry of the tests.

A swarm publishes ports and makes bridges with fixed names, so two of them cannot share a network. The namespace of a
node exists as long as its engine runs, so no test can leave one behind.

    with swarm(registry) as found:
        found.manager.docker("service", "create", ...)
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from parts.daemon import as_root, daemon, new_room, program
from parts.dockerd import _ping
from parts.engine import Engine, write_config
from parts.registry import Registry

FORWARD = Path(__file__).with_name("forward.py")
NETWORK = "shops"
# The swarm's own times are made for real apps; with these no test waits long.
QUICK = ("--update-monitor", "1s", "--restart-delay", "100ms", "--stop-grace-period", "1s")


@dataclass(frozen=True)
class Node:
    """An engine in a network namespace. `pid` is the process id of the engine, and `address` its IP address there."""

    engine: Engine
    pid: int
    address: str

    def enter(self) -> list[str]:
        """Return the words before a command that runs in the network of this node."""
        return [*as_root(), program("nsenter"), f"--net=/proc/{self.pid}/ns/net"]


@dataclass(frozen=True)
class Swarm:
    """A swarm of `nodes`; the first is the manager. Services and containers can join its network `NETWORK`."""

    nodes: tuple[Node, ...]

    @property
    def manager(self) -> Engine:
        return self.nodes[0].engine

    def create_service(self, name: str, image: str, *options: str) -> None:
        """Create a service in `NETWORK`. There are no virtual addresses, because the kernel may have no IPVS."""
        network = ["--network", NETWORK, "--endpoint-mode", "dnsrr"]
        self.manager.docker("service", "create", "--detach", "--name", name, *network, *options, image)

    def images(self, service: str) -> list[str]:
        """Return the digests of the tasks that run and shall run."""
        rows = self.manager.docker(
            "service", "ps", "--no-trunc", "--filter", "desired-state=running", "--format",
            "{{.Image}} {{.CurrentState}}", service,
        )  # fmt: skip
        running = [row for row in rows.splitlines() if row.split()[1] == "Running"]
        return [row.split()[0].partition("@")[2] for row in running]


@contextmanager
def swarm(registry: Registry) -> Iterator[Swarm]:
    """Start a swarm of one node."""
    with ExitStack() as running:
        node = running.enter_context(_node(registry, "127.0.0.1"))
        node.engine.docker("swarm", "init", "--advertise-addr", node.address)
        node.engine.docker("network", "create", "--driver", "overlay", "--attachable", NETWORK)
        yield Swarm((node,))


@contextmanager
def _node(registry: Registry, address: str) -> Iterator[Node]:
    """Start an engine in a network namespace of its own, in which the registry has the same address as outside."""
    room = new_room()
    config, socket = write_config(room / "client", buildx=True), room / "docker.sock"
    options = [f"--host=unix://{socket}", f"--group={os.getgid()}", f"--pidfile={room}/pid", "--log-level=warn"]
    options += [f"--data-root={room}/data", f"--exec-root={room}/exec", "--iptables=false", "--shutdown-timeout=2"]
    command = f"ip link set lo up && exec {shlex.join([program('dockerd'), *options])}"
    path = f"PATH={os.environ['PATH']}:/usr/sbin:/sbin"
    argv = ["env", path, program("unshare"), "--net", "sh", "-c", command]
    with daemon(argv, room, lambda: _ping(socket), root=True):
        pid = int((room / "pid").read_text())
        with _forwarded(pid, registry):
            yield Node(Engine(f"unix://{socket}", config), pid, address)


@contextmanager
def _forwarded(pid: int, registry: Registry) -> Iterator[None]:
    """Let the registry answer in the network of a process too, at the same address."""
    room = new_room()
    port = registry.address.rpartition(":")[2]
    argv = [sys.executable, str(FORWARD), str(pid), port]

    def ready() -> bool | None:
        return True if (room / "log").exists() and "ready" in (room / "log").read_text() else None

    with daemon(argv, room, ready, root=True):
        yield

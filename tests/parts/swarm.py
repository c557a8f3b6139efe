"""Docker swarms: engines in network namespaces of their own, which share the registry of the tests.

A swarm publishes ports and makes bridges with fixed names, so two of them cannot share a network. The namespace of a
node exists as long as its engine runs, so no test can leave one behind.

    with swarm(registry) as found:
        found.manager.docker("service", "create", ...)
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from parts.daemon import as_root, daemon, free_port, new_room, program
from parts.dockerd import Switch, _ping
from parts.engine import Engine, write_config
from parts.registry import Registry

FORWARD = Path(__file__).with_name("forward.py")
NETWORK = "shops"
_GET = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)"
# The swarm's own times are made for real apps; with these no test waits long.
QUICK = ("--update-monitor", "1s", "--restart-delay", "100ms", "--stop-grace-period", "1s")


@dataclass(frozen=True)
class Node:
    """An engine in a network namespace.

    `pid` is the id of a process in it, `address` the IP address of the engine there, and `switch` that of the engine; it
    works only if the swarm was made with `switches`.
    """

    engine: Engine
    pid: int
    address: str
    switch: Switch

    @property
    def id(self) -> str:
        """The id of the node in its swarm."""
        return self.engine.docker("info", "--format", "{{.Swarm.NodeID}}")

    def enter(self) -> list[str]:
        """Return the words before a command that runs in the network of this node."""
        return [*as_root(), program("nsenter"), f"--net=/proc/{self.pid}/ns/net"]

    def ip(self, *arguments: str) -> None:
        """Run the command `ip` in the network of this node."""
        subprocess.run([*self.enter(), program("ip"), *arguments], check=True, capture_output=True)


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

    def cut(self, number: int, *, restore: bool = False) -> None:
        """Cut the network cable of a node, from 2 on, or plug it in again."""
        self.nodes[0].ip("link", "set", f"node{number}", "up" if restore else "down")

    def drain(self, number: int) -> None:
        """Move all tasks away from a node."""
        self.manager.docker("node", "update", "--availability", "drain", self.nodes[number - 1].id)

    def available(self, number: int) -> None:
        """Let a node have tasks again."""
        self.manager.docker("node", "update", "--availability", "active", self.nodes[number - 1].id)

    def ready(self) -> int:
        """Return the number of nodes that the manager reaches."""
        return self.manager.docker("node", "ls", "--format", "{{.Status}}").split().count("Ready")

    def answers(self, url: str) -> bool:
        """Return whether a URL in the network of the manager's node gives a good answer."""
        curl = [*self.nodes[0].enter(), sys.executable, "-I", "-c", _GET, url]
        return subprocess.run(curl, capture_output=True).returncode == 0

    def images(self, service: str) -> list[str]:
        """Return the digests of the tasks that run and shall run."""
        rows = self.manager.docker(
            "service", "ps", "--no-trunc", "--filter", "desired-state=running", "--format",
            "{{.Image}} {{.CurrentState}}", service,
        )  # fmt: skip
        running = [row for row in rows.splitlines() if row.split()[1] == "Running"]
        return [row.split()[0].partition("@")[2] for row in running]


@contextmanager
def swarm(registry: Registry, nodes: int = 1, *, leader: int = 1, switches: bool = False) -> Iterator[Swarm]:
    """Start a swarm, which notices after a few seconds that a node is lost.

    The first node is its manager. With another `leader`, all nodes are managers. With `switches`, a test can kill the
    engines, and start them again.
    """
    with ExitStack() as running:
        found = [running.enter_context(_node(registry, _address(number), switches)) for number in range(1, nodes + 1)]
        _connect(found)
        first = found[leader - 1]
        first.engine.docker("swarm", "init", "--advertise-addr", first.address, "--dispatcher-heartbeat", "1s")
        token = first.engine.docker("swarm", "join-token", "--quiet", "worker" if leader == 1 else "manager")
        for node in found:
            if node is not first:
                node.engine.docker("swarm", "join", "--token", token, "--advertise-addr", node.address, first.address)
        manager = found[0].engine
        manager.docker("network", "create", "--driver", "overlay", "--attachable", NETWORK)
        yield Swarm(tuple(found))


def _address(number: int) -> str:
    return f"10.99.0.{number}"


def _connect(nodes: Sequence[Node]) -> None:
    """Connect the nodes by a bridge in the network of the first one; its interfaces are `node2` and so on."""
    first, *others = nodes
    first.ip("link", "add", "bridge", "type", "bridge")
    for number, node in enumerate(others, 2):
        peer = ["peer", "name", "eth0", "netns", str(node.pid)]
        first.ip("link", "add", f"node{number}", "type", "veth", *peer)
        first.ip("link", "set", f"node{number}", "master", "bridge", "up")
        node.ip("address", "add", f"{node.address}/24", "dev", "eth0")
        node.ip("link", "set", "eth0", "up")
    first.ip("address", "add", f"{first.address}/24", "dev", "bridge")
    first.ip("link", "set", "bridge", "up")


@contextmanager
def _node(registry: Registry, address: str, switches: bool) -> Iterator[Node]:
    """Start an engine in a network namespace of its own, in which the registry has the same address as outside."""
    room = new_room()
    config, socket = write_config(room / "client", buildx=True), room / "docker.sock"
    options = [f"--host=unix://{socket}", f"--group={os.getgid()}", f"--pidfile={room}/pid", "--log-level=warn"]
    options += [f"--data-root={room}/data", f"--exec-root={room}/exec", "--iptables=false", "--shutdown-timeout=2"]
    argv, switch = [program("dockerd"), *options], Switch(room)
    command = f"ip link set lo up && exec {shlex.join(switch.argv(argv) if switches else argv)}"
    path = f"PATH={os.environ['PATH']}:/usr/sbin:/sbin"
    argv = ["env", path, program("unshare"), "--net", "sh", "-c", command]
    with daemon(argv, room, lambda: _ping(socket), root=True):
        pid = int((room / "pid").read_text())
        pid = _parent(pid) if switches else pid
        with _forwarded(pid, registry):
            yield Node(Engine(f"unix://{socket}", config), pid, address, switch)


def _parent(pid: int) -> int:
    """Return the id of the parent of a process: the shell that starts an engine again."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


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


# The swarm takes a task out of its DNS two seconds before it sends SIGTERM, so nginx must ask again every second.
PROXY = """\
user root;
daemon off;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    resolver 127.0.0.11 valid=1s;
    server {{
        listen 80;
        location / {{
            set $service {service};
            proxy_pass http://$service:8080;
            proxy_next_upstream off;
            proxy_connect_timeout 2s;
        }}
    }}
}}
"""


@contextmanager
def proxy(swarm: Swarm, service: str, image: str, directory: Path) -> Iterator[str]:
    """Run nginx in front of a service, in a container of the manager, and yield its URL in the network of that node.

    Args:
        image: an image that has nginx.
        directory: the directory for its configuration.
    """
    file, port = directory / "proxy.conf", free_port()
    file.write_text(PROXY.format(service=service))
    options = ["--network", NETWORK, "--volume", f"{file}:/proxy.conf:ro", "--publish", f"127.0.0.1:{port}:80"]
    container = swarm.manager.docker("run", "--detach", *options, image, "nginx", "-c", "/proxy.conf")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        swarm.manager.docker("rm", "--force", container)

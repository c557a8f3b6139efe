"""Hosts in memory, for tests: files, containers, an nginx, and locks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar
from urllib.parse import urlsplit

from shipit.core import limits
from shipit.core.deploy import HealthAnswer, machine
from shipit.errors import CommandError, RemoteError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.hosts.compose import FakeCompose
from shipit.testing.hosts.containers import NO_ANSWER, FakeApp, FakeContainers
from shipit.testing.hosts.nginx import FakeNginx, port_of
from shipit.testing.hosts.services import FakeServices
from shipit.testing.locks import FakeLocks
from shipit.testing.registry import FakeRegistry
from shipit.world.hosts import CommandResult, install_one_by_one

T = TypeVar("T")
_LOOPBACK = ("127.0.0.1", "localhost")
_NGINX_ADDRESS = "172.18.0.2"


class FakeHost:
    """A machine in memory; `shipit.world.hosts.Host` describes the methods.

    A test can change these attributes, which all connections to the host share:

    * `files` and `modes`: the text and the mode of each file, by path.
    * `containers`, `services` and `compose`: its engine, the swarm of the engine, and the projects of docker compose;
      `nginx`: its nginx; see there.
    * `processes`: the behaviour of programs that listen on a port without a container, by port.
    * `servers`: functions that answer GET and POST requests with a method, a URL and headers, by `host:port`.
    * `unwritable`: the paths that cannot be written.
    * `problems`: the findings about the host.
    * `commands`: the results of commands, by the command in one line; other commands are not found.

    Args:
        address: its address.
        registry: the registry that images are pulled from.
        clock: the clock of the host.
        apps: the behaviour of the images, by digest.
        resolve: returns the host that a public name leads to; None for an unknown name.
    """

    def __init__(
        self,
        address: str,
        registry: FakeRegistry,
        clock: FakeClock,
        apps: dict[str, FakeApp],
        resolve: Callable[[str], FakeHost | None] = lambda name: None,
    ) -> None:
        self.address = address
        self._resolve = resolve
        self.notes: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.modes: dict[str, int] = {}
        self.nginx = FakeNginx(self.files, clock, self._forward)
        self.containers = FakeContainers(registry, clock, apps, self._execute)
        self.services = FakeServices(registry, clock, apps)
        self.compose = FakeCompose(self.files, self.containers)
        self.processes: dict[int, FakeApp] = {}
        self.servers: dict[str, Callable[[str, str, Mapping[str, str]], HealthAnswer]] = {}
        self.unwritable: set[str] = set()
        self.problems: list[Finding] = []
        self.commands: dict[str, CommandResult] = {}
        self._locks = FakeLocks(address)

    def connect(self) -> FakeHost:
        """Return the same host as another run sees it, which holds no lock."""
        other = copy.copy(self)
        other.notes = {}
        other._locks = self._locks.connect()
        other.containers = self.containers.connect(other._locks.require)
        other.services = self.services.connect(other._locks.require)
        other.compose = self.compose.connect(other.containers)
        return other

    def move_nginx_into_container(self, name: str) -> None:
        """Let nginx run in the container `name` of this host, which has an address of its own."""
        self.containers.add(name, self.nginx.port, 0, address=_NGINX_ADDRESS)
        self.containers.titles[name] = lambda: ("1 nginx: master process nginx", *self.nginx.workers())

    def begin(self, read: Callable[[], T]) -> Callable[[], T]:
        return read

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def last_read(self, path: str) -> str | None:
        return None

    def look(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        return self._run(argv)

    def get(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        parts, port = urlsplit(url), port_of(url)
        if serve := self.servers.get(parts.netloc):
            return serve("GET", url, headers)
        name, path = parts.hostname or "", parts.path or "/"
        inside = self.containers.at_address(name)
        if inside in self.containers.titles:
            return self.nginx.answer(port, path, headers)
        if public := self._resolve(name):
            return public.nginx.answer(public.nginx.port, path, headers)
        if inside:
            return self.containers.answer_of(inside, path)
        if name not in _LOOPBACK:
            return HealthAnswer(0, "the name cannot be resolved")
        if port in self.nginx.ports and not self.containers.titles:
            return self.nginx.answer(port, path, headers)
        return self._forward(f"{name}:{port}", path)

    def post(self, url: str, *, headers: Mapping[str, str] = {}, timeout: float = limits.HOST_REQUEST) -> HealthAnswer:
        serve = self.servers.get(urlsplit(url).netloc)
        return serve("POST", url, headers) if serve else NO_ANSWER

    def reach(self, port: int, address: str = "127.0.0.1") -> str:
        return f"http://{address}:{port}"

    def findings(self, directory: str) -> tuple[Finding, ...]:
        return (*self.containers.findings(), *self.problems)

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        self._locks.require()
        self.notes.clear()
        below_file = any(path.startswith(f"{other}/") for other in self.files)
        if path in self.unwritable or below_file:
            reason = "Not a directory" if below_file else "Permission denied"
            what = f"`{path}` cannot be written on {machine(self.address)}: {reason}"
            raise CommandError(what, hint="fix the permissions, then run the same command again")
        self.files[path], self.modes[path] = text, mode

    def install(
        self, path: str, text: str, commands: Sequence[Sequence[str]], look: Sequence[str]
    ) -> tuple[CommandResult, ...]:
        return install_one_by_one(self, path, text, commands, look)

    def run(self, argv: Sequence[str], *, timeout: float = limits.HOST_COMMAND) -> CommandResult:
        self._locks.require()
        self.notes.clear()
        return self._run(argv)

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.unlock(path)

    def _run(self, argv: Sequence[str]) -> CommandResult:
        words = [word for word in argv if word != "sudo"]
        if " ".join(argv) in self.commands:
            return self.commands[" ".join(argv)]
        if "compose" in words:
            return self.compose.execute(words)
        if words[0] == "nginx" and not self.containers.titles:
            return self.nginx.execute(words[1:])
        if argv[0] == "sh" and argv[-1].endswith(".pid"):
            runs = self.nginx.running and argv[-1] == self.nginx.pid_file
            return CommandResult(0, "\n".join(self.nginx.workers())) if runs else CommandResult(1)
        return CommandResult(127, f"`{argv[0]}` cannot be run: No such file or directory")

    def _execute(self, name: str, argv: Sequence[str]) -> CommandResult:
        if name in self.containers.titles and argv[0] == "nginx":
            return self.nginx.execute(argv[1:])
        return CommandResult(127, f"`{argv[0]}` cannot be run: no such file")

    def _forward(self, address: str, path: str) -> HealthAnswer:
        """Return the answer of the app at `host:port`: a container by its name, or a port of this host."""
        name, _, port = address.rpartition(":")
        if name not in _LOOPBACK:
            return self.containers.answer_of(name, path)
        if int(port) in self.processes:
            return self.processes[int(port)].answer(path, age=float("inf"))
        return self.containers.answer(int(port), path)


class FakeHosts:
    """All hosts, which exist as soon as they are used; `shipit.world.hosts.Hosts` describes the method.

    A test can change these attributes, which all runs share:

    * `apps`: the behaviour of the images on all hosts, by digest; see `FakeContainers.apps` for one host.
    * `public`: the address of the host that a public name leads to, by name. Each host reaches them.
    * `unreachable`: the addresses of hosts that cannot be reached.
    """

    def __init__(self, registry: FakeRegistry, clock: FakeClock) -> None:
        self._registry = registry
        self._clock = clock
        self._machines: dict[str, FakeHost] = {}
        self._connections: dict[str, FakeHost] = {}
        self.apps: dict[str, FakeApp] = {}
        self.public: dict[str, str] = {}
        self.unreachable: set[str] = set()

    def connect(self) -> FakeHosts:
        """Return the same hosts as another run sees them, which holds no lock."""
        other = copy.copy(self)
        other._connections = {}
        return other

    def at(self, address: str) -> FakeHost:
        if address in self.unreachable:
            raise RemoteError(f"{machine(address)} cannot be reached", hint=f"ssh {machine(address)}", retryable=True)
        if address not in self._connections:
            self._connections[address] = self._machine(address).connect()
        return self._connections[address]

    def _machine(self, address: str) -> FakeHost:
        if address not in self._machines:
            arguments = (address, self._registry, self._clock, self.apps, self._resolve)
            self._machines[address] = FakeHost(*arguments)
        return self._machines[address]

    def _resolve(self, name: str) -> FakeHost | None:
        return self._machine(self.public[name]) if name in self.public else None

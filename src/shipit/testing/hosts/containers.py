"""The containers of a host in memory, for tests, and the behaviour of the apps in them."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence

from msgspec import Struct, field

from shipit.core.deploy import Container, ContainerImage, ContainerSpec, DeployedImage, HealthAnswer
from shipit.core.images import REVISION, VERSION, Reference
from shipit.errors import AuthError, CommandError, DeployError, RemoteError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.registry import FakeRegistry
from shipit.world.hosts import CommandResult

NO_ANSWER = HealthAnswer(0, "nothing listens on the port")
_SERVICE_UNAVAILABLE = 503
Execute = Callable[[str, Sequence[str]], CommandResult]


class FakeApp(Struct, frozen=True):
    """The behaviour of the app in an image. All times are in seconds after the start of its container.

    Args:
        paths: the body of its answers with status 200, by path; it answers 404 for other paths.
        listens: the time when it begins to answer; None if it never does.
        ready: the time when its answers become good; before it, they have the status 503.
        fails: the time from which its answers have the status 503 again; None for never.
        recovers: the time after `fails` from which they are good again; None for never.
        exits: the time when its process ends; None for never.
        exit_code: the exit status with which it ends.
        start_error: the reason why the engine cannot start it; empty if it can.
        health: the result of the image's own health check; empty for an image without one.
        log: the output of the app.
        commands: the results of commands that run in a container of their own; other commands succeed.
    """

    paths: Mapping[str, str] = field(default_factory=lambda: {"/health": '{"status": "UP"}'})
    listens: float | None = 0
    ready: float = 0
    fails: float | None = None
    recovers: float | None = None
    exits: float | None = None
    exit_code: int = 1
    start_error: str = ""
    health: str = ""
    log: str = ""
    commands: Mapping[tuple[str, ...], CommandResult] = field(default_factory=dict)

    def answer(self, path: str, age: float) -> HealthAnswer:
        """Return the answer for `path`, `age` seconds after the start."""
        if self.listens is None or age < self.listens:
            return HealthAnswer(0, "the connection was closed without an answer")
        failed = self.fails is not None and self.fails <= age < (self.recovers or age + 1)
        if age < self.ready or failed:
            return HealthAnswer(_SERVICE_UNAVAILABLE)
        return HealthAnswer(200, self.paths[path]) if path in self.paths else HealthAnswer(404)


class FakeContainers:
    """An engine in memory that runs containers; `shipit.world.hosts.Containers` describes the methods.

    `apps` has the behaviour of the images by digest; an image without one is healthy at once. `environments` has the
    variables of each container by its name, and `commands` the commands that ran in containers of their own.

    Args:
        registry: the registry that images are pulled from.
        clock: the clock by which apps become healthy or end.
        apps: the behaviour of the images on all hosts, by digest.
        execute: runs a command in a container.
        require_lock: called before each write; it raises if the run no longer holds its lock.
    """

    def __init__(
        self,
        registry: FakeRegistry,
        clock: FakeClock,
        apps: MutableMapping[str, FakeApp],
        execute: Execute = lambda name, argv: CommandResult(127, f"`{argv[0]}` cannot be run: no such file"),
        require_lock: Callable[[], None] = lambda: None,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._execute = execute
        self._require_lock = require_lock
        self._containers: dict[str, _Kept] = {}
        self._images: set[str] = set()
        self._numbers = itertools.count(1)
        self.apps: MutableMapping[str, FakeApp] = ChainMap({}, apps)
        self.environments: dict[str, Mapping[str, str]] = {}
        self.commands: list[tuple[str, ...]] = []
        self.problems: list[Finding] = []
        self.titles: dict[str, Callable[[], Sequence[str]]] = {}

    def connect(self, require_lock: Callable[[], None]) -> FakeContainers:
        """Return the same engine as another run sees it."""
        other = copy.copy(self)
        other._require_lock = require_lock
        return other

    def add(self, name: str, port: int, host_port: int, app: FakeApp | None = None, address: str = "") -> None:
        """Run a container that another program started. It has no labels of shipit.

        Args:
            name: its name.
            port: the port in the container.
            host_port: the port of the host that leads to it; 0 for none.
            app: the behaviour of its app; by default it is healthy at once.
            address: its IP address.
        """
        image = DeployedImage(name, f"sha256:{name}", "")
        spec = ContainerSpec(name=name, image=image, app=name, slot="", port=port, host_port=host_port)
        self._containers[name] = _Kept(spec, self._next_id(), {}, app or FakeApp(), address)
        self._begin(name)

    def run_tag(self, name: str, reference: str, labels: Mapping[str, str] = {}, address: str = "") -> None:
        """Pull an image by its tag or digest and run it as the container `name`, as Watchtower and `docker run` do.

        Args:
            name: the name of the container.
            reference: the image.
            labels: labels besides those of the image.
            address: the IP address of the container.

        Raises `RemoteError` if the registry has no such image.
        """
        found, image = self._registry.find(reference), Reference.parse(reference)
        if found is None:
            raise RemoteError(f"the pull of `{reference}` failed: not found", status=404)
        version, revision = found.labels.get(VERSION, ""), found.labels.get(REVISION, "")
        spec = ContainerSpec(
            name=name,
            image=DeployedImage(image.name, found.digest, version, revision),
            app=name,
            slot="",
            port=0,
            host_port=0,
        )
        labels, app = {**found.labels, **labels}, self._app_of(spec)
        self._containers[name] = _Kept(spec, self._next_id(), labels, app, address, reference=reference)
        self._begin(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all containers, sorted."""
        return tuple(sorted(self._containers))

    def answer(self, port: int, path: str) -> HealthAnswer:
        """Return the answer of the container that publishes `port` of the host."""
        kept = self._publishing(port)
        return kept.app.answer(path, self._age(kept)) if kept else NO_ANSWER

    def answer_of(self, name: str, path: str) -> HealthAnswer:
        """Return the answer of the container `name` in the network of the containers."""
        kept = self._containers.get(name)
        return kept.app.answer(path, self._age(kept)) if kept and self._runs(kept) else NO_ANSWER

    def at_address(self, address: str) -> str | None:
        """Return the name of the running container with an IP address; None if there is none."""
        found = (name for name, kept in self._containers.items() if kept.address == address and self._runs(kept))
        return next(found, None) if address else None

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def find(self, name: str) -> Container | None:
        kept = self._named(name)
        if kept is None:
            return None
        age, runs = self._age(kept), self._runs(kept)
        ended = kept.running and kept.app.exits is not None and age >= kept.app.exits
        restarts = int(age // max(kept.app.exits or 0, 1)) + 1 if ended and kept.spec.restart != "no" else 0
        stopped = "created" if kept.started is None else "exited"
        return Container(
            name=kept.spec.name,
            id=kept.id,
            labels=kept.labels,
            status="running" if runs else "restarting" if restarts else stopped,
            exit_code=kept.app.exit_code if ended else 0,
            restarts=restarts,
            health=kept.app.health if runs else "",
            started=kept.started.isoformat() if kept.started else "",
            ports={kept.spec.port: kept.spec.host_port} if runs and kept.spec.host_port else {},
            address=kept.address if runs else "",
        )

    def labelled(self, labels: Mapping[str, str]) -> tuple[Container, ...]:
        found = (self.find(name) for name in self.names())
        return tuple(each for each in found if each and labels.items() <= each.labels.items())

    def image_of(self, name: str) -> ContainerImage | None:
        kept = self._named(name)
        if kept is None:
            return None
        image = kept.spec.image
        return ContainerImage(kept.reference or image.reference, (image.reference,) if image.digest else ())

    def publishing(self, port: int) -> Container | None:
        kept = self._publishing(port)
        return self.find(kept.spec.name) if kept else None

    def has_image(self, reference: str) -> bool:
        return reference in self._images

    def logs(self, name: str, lines: int) -> str:
        kept = self._named(name)
        return "\n".join(kept.app.log.splitlines()[-lines:]) if kept else ""

    def processes(self, name: str) -> tuple[str, ...]:
        own = self._existing(name).spec.name
        return tuple(self.titles[own]()) if own in self.titles else ("1 app",)

    def pull(self, reference: str) -> None:
        self._require_lock()
        image = Reference.parse(reference)
        if image.name in self._registry.refusals:
            raise AuthError(f"`{image.registry}` refused the pull of `{reference}`", hint="docker login")
        if self._registry.find(reference) is None:
            raise RemoteError(f"the pull of `{reference}` failed: not found", status=404)
        self._images.add(reference)

    def start(self, spec: ContainerSpec, env: Mapping[str, str]) -> None:
        self._require_lock()
        self._require_image(spec)
        self.remove(spec.name)
        self._containers[spec.name] = _Kept(spec, self._next_id(), spec.labels, self._app_of(spec))
        self.environments[spec.name] = dict(env)
        self._begin(spec.name)

    def run(self, spec: ContainerSpec, env: Mapping[str, str], *, timeout: float) -> CommandResult:
        self._require_lock()
        self._require_image(spec)
        app = self._app_of(spec)
        if app.exits is not None and app.exits > timeout:
            self._clock.sleep(timeout)
            raise CommandError(f"`{' '.join(spec.command)}` did not end within {timeout:g} seconds", tail=app.log)
        self.commands.append(spec.command)
        self.environments[spec.name] = dict(env)
        return app.commands.get(spec.command, CommandResult(0))

    def restart(self, name: str) -> None:
        self._require_lock()
        kept = self._existing(name)
        if not self._runs(kept):
            self._begin(kept.spec.name)

    def stop(self, name: str, *, seconds: int) -> None:
        self._require_lock()
        self._existing(name).running = False

    def remove(self, name: str) -> None:
        self._require_lock()
        if kept := self._named(name):
            del self._containers[kept.spec.name]

    def execute(self, name: str, argv: Sequence[str], *, timeout: float) -> CommandResult:
        kept = self._existing(name)
        if not self._runs(kept):
            raise RemoteError(f"container {name} is not running", status=409)
        return self._execute(kept.spec.name, argv)

    def _begin(self, name: str) -> None:
        """Start the process of a container; raise `DeployError` if its port is in use."""
        kept = self._containers[name]
        other = self._publishing(kept.spec.host_port)
        if reason := kept.app.start_error or (f"port {kept.spec.host_port} is already allocated" if other else ""):
            raise DeployError(f"container `{name}` cannot be started: {reason}", hint="fix it")
        kept.running, kept.started = True, self._clock.now()

    def _app_of(self, spec: ContainerSpec) -> FakeApp:
        return self.apps.get(spec.image.digest, FakeApp())

    def _require_image(self, spec: ContainerSpec) -> None:
        if not self.has_image(spec.image.reference):
            raise RemoteError(f"there is no image `{spec.image.reference}`", status=404)

    def _existing(self, name: str) -> _Kept:
        kept = self._named(name)
        if kept is None:
            raise RemoteError(f"there is no container `{name}`", status=404)
        return kept

    def _named(self, name: str) -> _Kept | None:
        """Return the container with this name or this id; None if there is none."""
        by_id = (kept for kept in self._containers.values() if kept.id == name)
        return self._containers.get(name) or next(by_id, None)

    def _publishing(self, port: int) -> _Kept | None:
        found = (kept for kept in self._containers.values() if kept.spec.host_port == port and self._runs(kept))
        return next(found, None) if port else None

    def _runs(self, kept: _Kept) -> bool:
        return kept.running and (kept.app.exits is None or self._age(kept) < kept.app.exits)

    def _age(self, kept: _Kept) -> float:
        return (self._clock.now() - kept.started).total_seconds() if kept.started else 0

    def _next_id(self) -> str:
        return f"{next(self._numbers):064x}"


class _Kept(Struct):
    """A container that exists. `running` is True until it is stopped, also while its process has ended by itself."""

    spec: ContainerSpec
    id: str
    labels: Mapping[str, str]
    app: FakeApp
    address: str = ""
    running: bool = False
    started: dt.datetime | None = None
    reference: str = ""

"""A namespace of a Kubernetes cluster in memory, for tests."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shipit.core.deploy import Workload, digest_in, machine
from shipit.errors import ConflictError, RemoteError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.clusters.deployment import FakeDeployment
from shipit.testing.hosts import FakeApp
from shipit.testing.registry import FakeRegistry

_numbers = itertools.count(1)


class FakeCluster:
    """A namespace in memory; `shipit.world.clusters.Cluster` describes the methods.

    A test can change these attributes, which all connections to the namespace share:

    * `deployments`: its Deployments by name; `add` adds one.
    * `texts`: the texts of its ConfigMaps, by name.
    * `problems`: the findings about the namespace.
    * `refusal`: the reason why every change of a Deployment is refused; empty if none is.
    * `conflicts`: the number of changes that fail because another program changed the Deployment meanwhile.
    """

    def __init__(self, address: str, registry: FakeRegistry, clock: FakeClock, apps: Mapping[str, FakeApp]) -> None:
        self.address = address
        self._registry = registry
        self._clock = clock
        self._apps = apps
        self.deployments: dict[str, FakeDeployment] = {}
        self.texts: dict[str, str] = {}
        self.problems: list[Finding] = []
        self.refusal = ""
        self.conflicts: list[None] = []
        self._locks: dict[str, str] = {}
        self._held: dict[str, str] = {}

    def connect(self) -> FakeCluster:
        """Return the same namespace as another run sees it, which holds no lock."""
        other = copy.copy(self)
        other._held = {}
        return other

    def add(self, name: str, images: Mapping[str, str]) -> FakeDeployment:
        """Create a Deployment, as `kubectl apply` does."""
        found = FakeDeployment(name, dict(images), self._registry, self._clock, self._apps)
        self.deployments[name] = found
        return found

    def findings(self, deployment: str) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def workload(self, name: str, *, pods: bool = True) -> Workload | None:
        found = self.deployments.get(name)
        return found.workload if found else None

    def logs(self, pod: str, container: str, lines: int) -> str:
        images = (each.images[container] for each in self.deployments.values() if pod.startswith(f"{each.name}-"))
        app = self._apps.get(digest_in(next(images, "")))
        return "\n".join((app.log if app else "").splitlines()[-lines:])

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def locked_by(self, path: str) -> str | None:
        return self._locks.get(path)

    def set_image(self, workload: Workload, container: str, image: str, cause: str) -> bool:
        self._require_lock()
        found = self.deployments[workload.name]
        if self.refusal:
            raise RemoteError(self.refusal, hint="ask the administrator of the cluster")
        if self.conflicts:
            self.conflicts.pop()
            found.version += 1
        if str(found.version) != workload.version:
            return False
        found.set_image(container, image)
        found.causes.append(cause)
        return True

    def write(self, path: str, text: str) -> None:
        self._require_lock()
        self.texts[path] = text

    @contextmanager
    def lock(self, path: str, owner: str) -> Iterator[None]:
        if path in self._locks:
            what = f"another deployment is running on {machine(self.address)}: {self._locks[path]}"
            hint = "wait until it ends, then run the same command again"
            raise ConflictError(what, hint=hint, state="this run changed nothing")
        mine = f"{owner} [{next(_numbers):08x}]"
        self._locks[path] = self._held[path] = mine
        try:
            yield
        finally:
            del self._held[path]
            if self._locks.get(path) == mine:
                del self._locks[path]

    def unlock(self, path: str) -> None:
        self._locks.pop(path, None)

    def _require_lock(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        if any(self._locks.get(path) != mine for path, mine in self._held.items()):
            raise ConflictError(
                f"another run took over the deployment on {machine(self.address)}, so this run stopped",
                hint="wait until the other run ends, then run `shipit status`",
            )


class FakeClusters:
    """All clusters, whose namespaces exist as soon as they are used; see `shipit.world.clusters.Clusters`."""

    def __init__(self, registry: FakeRegistry, clock: FakeClock, apps: Mapping[str, FakeApp]) -> None:
        self._parts = (registry, clock, apps)
        self._namespaces: dict[str, FakeCluster] = {}
        self._connections: dict[str, FakeCluster] = {}

    def connect(self) -> FakeClusters:
        """Return the same clusters as another run sees them, which holds no lock."""
        other = copy.copy(self)
        other._connections = {}
        return other

    def at(self, address: str) -> FakeCluster:
        if address not in self._connections:
            namespace = self._namespaces.setdefault(address, FakeCluster(address, *self._parts))
            self._connections[address] = namespace.connect()
        return self._connections[address]

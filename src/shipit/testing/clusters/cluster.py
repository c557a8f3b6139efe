"""A namespace of a Kubernetes cluster in memory, for tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager

from shipit.core.deploy import Job, NewJob, Workload, digest_in
from shipit.errors import RemoteError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.clusters.deployment import FakeDeployment
from shipit.testing.clusters.job import FakeJob
from shipit.testing.hosts import FakeApp
from shipit.testing.locks import FakeLocks
from shipit.testing.registry import FakeRegistry


class FakeCluster:
    """A namespace in memory; `shipit.world.clusters.Cluster` describes the methods.

    A test can change these attributes, which all connections to the namespace share:

    * `deployments`: its Deployments by name; `add` adds one.
    * `jobs`: its Jobs by name.
    * `commands`: the commands of all Jobs that were started.
    * `texts`: the texts of its ConfigMaps, by name.
    * `problems`: the findings about the namespace.
    * `refusal`: the reason why every change of a Deployment, and every Job, is refused; empty if none is.
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
        self.commands: list[tuple[str, ...]] = []
        self.jobs: dict[str, FakeJob] = {}
        self._locks = FakeLocks(address)

    def connect(self) -> FakeCluster:
        """Return the same namespace as another run sees it, which holds no lock."""
        other = copy.copy(self)
        other._locks = self._locks.connect()
        return other

    def add(self, name: str, images: Mapping[str, str]) -> FakeDeployment:
        """Create a Deployment, as `kubectl apply` does."""
        found = FakeDeployment(name, dict(images), self._registry, self._clock, self._apps)
        self.deployments[name] = found
        return found

    def findings(self, *, jobs: bool = False) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def workload(self, name: str, *, pods: bool = True) -> Workload | None:
        found = self.deployments.get(name)
        return found.workload if found else None

    def job(self, name: str) -> Job | None:
        found = self.jobs.get(name)
        return found.job if found else None

    def logs(self, pod: str, container: str, lines: int) -> str:
        if pod in self.jobs:
            return "\n".join(self.jobs[pod].log.splitlines()[-lines:])
        images = (each.images[container] for each in self.deployments.values() if pod.startswith(f"{each.name}-"))
        app = self._apps.get(digest_in(next(images, "")))
        return "\n".join((app.log if app else "").splitlines()[-lines:])

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def set_image(self, workload: Workload, container: str, image: str, cause: str) -> bool:
        self._locks.require()
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

    def start_job(self, job: NewJob) -> None:
        self._locks.require()
        if self.refusal:
            raise RemoteError(self.refusal, hint="ask the administrator of the cluster")
        self.commands.append(job.command)
        app = self._apps.get(digest_in(job.image), FakeApp())
        self.jobs[job.name] = FakeJob(job, app, self._clock, self._clock.elapsed())

    def write(self, path: str, text: str) -> None:
        self._locks.require()
        self.texts[path] = text

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.unlock(path)


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

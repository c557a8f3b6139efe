"""A service of ECS in memory, for tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import CONTENT, EcsAlarm, EcsState, EcsTask, TaskDefinition, digest_in, secrets_of
from shipit.errors import RemoteError, ShipitError
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.ecs.job import FakeJobTask
from shipit.testing.ecs.scheduler import FakeScheduler
from shipit.testing.hosts import FakeApp
from shipit.testing.locks import FakeLocks
from shipit.testing.registry import FakeRegistry
from shipit.world.sites import CallerIdentity

_ARN = "arn:aws:ecs:ap-northeast-2:123456789012:task-definition"


class FakeEcsService:
    """A service in memory; `shipit.world.ecs.EcsService` describes the methods.

    A test can change these attributes, which all connections to the service share:

    * `scheduler`: its tasks and its deployments; `create` creates the service.
    * `definitions`: the revisions of task definitions, the oldest first.
    * `settings`: values of the service that replace those of `state`, by name.
    * `texts`: the objects of its bucket.
    * `problems`: the findings about the service.
    * `failures`: the error that each request raises, by the name of its action, such as `ecs:UpdateService`.
    * `updates`: the task definitions that the service was given.
    * `metrics`: the names of the alarms of CloudWatch that exist; `firing` of the scheduler has those that fire.
    * `secrets`: the names of the secrets that exist, and that its tasks can read.
    * `jobs`: the tasks that are not part of the service, by their ids; `commands` are the commands of all of them.
    """

    def __init__(self, address: str, registry: FakeRegistry, clock: FakeClock, apps: Mapping[str, FakeApp]) -> None:
        self.address = address
        self._apps = apps
        self.scheduler = FakeScheduler(registry, clock, apps)
        self.definitions: list[TaskDefinition] = []
        self.settings: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.problems: list[Finding] = []
        self.failures: dict[str, ShipitError] = {}
        self.updates: list[str] = []
        self.jobs: dict[str, FakeJobTask] = {}
        self.secrets: set[str] = set()
        self.metrics: set[str] = set()
        self.commands: list[tuple[str, ...]] = []
        self._clock = clock
        self._locks = FakeLocks(address)

    def connect(self) -> FakeEcsService:
        """Return the same service as another run sees it, which holds no lock."""
        other = copy.copy(self)
        other._locks = self._locks.connect()
        return other

    def create(self, images: Mapping[str, str], family: str = "shop") -> TaskDefinition:
        """Create the service with a first revision of a task definition, as another program does."""
        definition = self.add(images, family)
        self.scheduler.create(definition.arn, definition.images)
        return definition

    def add(self, images: Mapping[str, str], family: str = "shop", **settings: Any) -> TaskDefinition:
        """Register a revision of a task definition, as another program does."""
        containers = [{"name": name, "image": image, "essential": True} for name, image in images.items()]
        content = {"family": family, "containerDefinitions": containers, "cpu": "256", "memory": "512", **settings}
        return self._registered(content, {"team": "shop"})

    def give(self, definition: TaskDefinition) -> None:
        """Give the service another task definition, as another program does."""
        self.scheduler.begin(definition.arn, definition.images)

    def findings(self, account: str | None) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def login(self) -> CallerIdentity:
        return CallerIdentity("123456789012", self.address.rpartition("@")[2] if "@" in self.address else "us-east-1")

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def state(self) -> EcsState | None:
        self._fail("ecs:DescribeServices")
        if not self.scheduler.rollouts:
            return None
        self.scheduler.advance()
        found = self.scheduler
        name = self.address.partition("#")[0].rpartition("/")[2]
        state = EcsState(name, found.definition, found.desired, found.rollouts[-1].state, message=found.capacity)
        shown = replace(state, breaker=found.breaker, breaker_rollback=found.breaker and found.rollback)
        shown = replace(shown, strategy=found.strategy, baking=found.baking, alarms=found.alarms)
        return replace(replace(shown, deployment=found.newest, tasks=found.observed), **self.settings)

    def definition(self, arn: str) -> TaskDefinition | None:
        self._fail("ecs:DescribeTaskDefinition")
        return next((each for each in self.definitions if each.arn == arn), None)

    def registered(self, family: str, content_hash: str) -> TaskDefinition | None:
        self._fail("ecs:ListTaskDefinitions")
        newest = [each for each in self.definitions if each.family == family and each.active]
        searched = newest[-limits.ECS_DEFINITIONS :]
        return next((each for each in reversed(searched) if each.tags.get(CONTENT) == content_hash), None)

    def logs(self, task: str, container: str, lines: int) -> str:
        if task in self.jobs:
            return "\n".join(self.jobs[task].result(self._apps).output.splitlines()[-lines:])
        images = (each.images.get(container, "") for each in self.scheduler.observed if each.id == task)
        app = self._apps.get(digest_in(next(images, "")))
        return "\n".join((app.log if app else "").splitlines()[-lines:])

    def task(self, task: str) -> EcsTask | None:
        found = self.jobs.get(task)
        return found.observed(self._clock, self._apps) if found else None

    def job(self, key: str) -> EcsTask | None:
        ids = [task for task, each in self.jobs.items() if each.key == key]
        return self.task(ids[-1]) if ids else None

    def secret_findings(self, content: Mapping[str, Any]) -> tuple[Finding, ...]:
        return tuple(
            Finding("secret-missing", f"the parameter `{each.name}` for {each.user} does not exist", "create it")
            for each in secrets_of(content)
            if each.name not in self.secrets
        )

    def alarms(self, names: Sequence[str]) -> tuple[EcsAlarm, ...]:
        self._fail("cloudwatch:DescribeAlarms")
        firing = self.scheduler.firing
        return tuple(EcsAlarm(name, name in firing, firing.get(name, "")) for name in names if name in self.metrics)

    def write(self, path: str, text: str) -> None:
        self._locks.require()
        self._fail("s3:PutObject")
        self.texts[path] = text

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.unlock(path)

    def register(self, content: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        self._locks.require()
        self._fail("ecs:RegisterTaskDefinition")
        self._registered(content, tags)

    def update(self, arn: str) -> None:
        self._locks.require()
        self._fail("ecs:UpdateService")
        found = self.definition(arn)
        if found is None or not found.active:
            raise RemoteError(f"AWS failed to update {self.address}: TaskDefinition is inactive")
        self.updates.append(arn)
        self.scheduler.begin(arn, found.images)

    def run(self, arn: str, container: str, command: Sequence[str], key: str) -> str:
        self._locks.require()
        self._fail("ecs:RunTask")
        found = self.definition(arn)
        if found is None or not found.active:
            raise RemoteError(f"AWS failed to run a task beside {self.address}: TaskDefinition is inactive")
        task = f"job{len(self.jobs) + 1}"
        image = found.images[container]
        self.jobs[task] = FakeJobTask(task, arn, key, container, image, tuple(command), self._clock.elapsed())
        self.commands.append(tuple(command))
        return task

    def stop(self, task: str) -> None:
        self._locks.require()
        found = self.jobs[task]
        self.jobs[task] = replace(found, stopped=True)

    def proceed(self, deployment: str, pause: str) -> None:
        self._locks.require()
        self._fail("ecs:ContinueServiceDeployment")
        newest = self.scheduler.newest
        if deployment != newest.arn or pause not in {each.id for each in newest.pauses}:
            raise RemoteError(f"AWS failed to go on with the deployment of {self.address}: it does not wait")
        self.scheduler.proceed()

    def take_back(self, deployment: str) -> None:
        self._locks.require()
        self._fail("ecs:StopServiceDeployment")
        if deployment == self.scheduler.newest.arn:
            self.scheduler.take_back()

    def _registered(self, content: Mapping[str, Any], tags: Mapping[str, str]) -> TaskDefinition:
        family = content["family"]
        number = 1 + sum(each.family == family for each in self.definitions)
        found = TaskDefinition(f"{_ARN}/{family}:{number}", copy.deepcopy(dict(content)), dict(tags))
        self.definitions.append(found)
        return found

    def _fail(self, action: str) -> None:
        if action in self.failures:
            raise self.failures[action]


class FakeEcsServices:
    """All services, which exist as soon as a test creates them; see `shipit.world.ecs.EcsServices`."""

    def __init__(self, registry: FakeRegistry, clock: FakeClock, apps: Mapping[str, FakeApp]) -> None:
        self._parts = (registry, clock, apps)
        self._services: dict[str, FakeEcsService] = {}
        self._connections: dict[str, FakeEcsService] = {}

    def connect(self) -> FakeEcsServices:
        """Return the same services as another run sees them, which holds no lock."""
        other = copy.copy(self)
        other._connections = {}
        return other

    def at(self, address: str) -> FakeEcsService:
        if address not in self._connections:
            service = self._services.setdefault(address, FakeEcsService(address, *self._parts))
            self._connections[address] = service.connect()
        return self._connections[address]

"""The scheduler of ECS in memory: it starts and stops the tasks of a service, and ends its deployments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from shipit.core.deploy import EcsDeployment, EcsTask, digest_in
from shipit.testing.clock import FakeClock
from shipit.testing.ecs.rollout import FakeRollout
from shipit.testing.hosts import FakeApp
from shipit.testing.registry import FakeRegistry

_AGAIN = 10  # seconds between two starts of tasks
_PATIENCE = 60  # seconds after which the load balancer counts a task that does not answer as unhealthy
_ROLLBACK = 5  # seconds that a rollback takes
_OK = 200
_THRESHOLD = 3  # failed tasks, after which the circuit breaker ends a deployment


class FakeTask(Struct):
    """A task: the images of its containers by name, and the second of its start. `reason` says why it was stopped."""

    id: str
    definition: str
    images: Mapping[str, str]
    since: int
    reason: str = ""
    failed: bool = False
    pulled: bool = True


class FakeScheduler(Struct):
    """The tasks and the deployments of one service, which go on with the clock.

    All new tasks start at once, and the old ones are stopped when the new ones answer. A test can change these
    attributes:

    Args:
        registry: the registry that images are pulled from.
        clock: the clock.
        apps: the behaviour of the images by digest.
        desired: the number of tasks that the service wants.
        breaker: True if a circuit breaker ends a deployment after 3 failed tasks.
        rollback: True if it also takes the deployment back.
        capacity: the event of the service that says why no task can be started; empty if tasks can be.
        balanced: True if a load balancer checks the tasks, so that those that do not answer get no requests.
        reported: the digest that is reported for all containers; empty for that of the image.
        strategy: the strategy of its deployments: `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`.
        bake: the seconds of the stage `BAKE_TIME`, and those between two moves of traffic.
        pauses: the stages with a pause, at which a deployment waits for a person.
        alarms: the names of the alarms that make ECS take a deployment back.
        firing: the alarms that fire, with the reason by name.
        rollouts: its deployments, the newest last.
        tasks: its tasks, also those that were stopped.
    """

    registry: FakeRegistry
    clock: FakeClock
    apps: Mapping[str, FakeApp]
    desired: int = 2
    breaker: bool = True
    rollback: bool = True
    capacity: str = ""
    reported: str = ""
    balanced: bool = False
    strategy: str = "ROLLING"
    bake: int = 0
    pauses: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    firing: dict[str, str] = field(default_factory=dict)
    rollouts: list[FakeRollout] = field(default_factory=list)
    tasks: list[FakeTask] = field(default_factory=list)
    now: int = 0
    started: int = 0

    def create(self, definition: str, images: Mapping[str, str]) -> None:
        """Create the service with tasks that serve."""
        self.now = int(self.clock.elapsed())
        self.rollouts.append(FakeRollout(definition, dict(images), self.now, status="SUCCESSFUL", state="COMPLETED"))
        self._start(definition, images)

    def begin(self, definition: str, images: Mapping[str, str]) -> None:
        """Begin the deployment of a task definition; one that is not finished is stopped."""
        self.advance()
        before = self.rollouts[-1]
        steady = (before.definition, before.images)
        if before.status != "SUCCESSFUL":
            steady = (before.earlier, before.earlier_images)
        if before.status == "IN_PROGRESS":
            before.status, before.reason = "STOPPED", "a newer deployment was started"
            self._stop(lambda task: task.definition == before.definition != definition)
        begun = FakeRollout(definition, dict(images), self.now, *steady, strategy=self.strategy)
        if begun.staged:
            begun.enter_next_stage(self.now)
        self.rollouts.append(begun)
        self.advance()

    def proceed(self) -> None:
        """End the pause of the newest deployment."""
        newest = self.rollouts[-1]
        newest.approved.add(newest.stage)
        newest.paused = False

    def take_back(self) -> None:
        """Roll the newest deployment back, if it has not ended."""
        newest = self.rollouts[-1]
        if newest.status == "IN_PROGRESS":
            newest.take_back("Service deployment rolled back by a request of a user.", self.now)
            self._stop(lambda task: task.definition == newest.definition)

    @property
    def definition(self) -> str:
        """The task definition that the service shall run."""
        newest = self.rollouts[-1]
        return newest.earlier if newest.rolled_back else newest.definition

    @property
    def newest(self) -> EcsDeployment:
        """The newest deployment."""
        return self.rollouts[-1].observed

    @property
    def baking(self) -> int:
        """The sum of the bake times of a deployment, in seconds."""
        moves = {"ROLLING": 0, "BLUE_GREEN": 1, "CANARY": 2, "LINEAR": 4}
        return moves[self.strategy] * self.bake

    @property
    def observed(self) -> tuple[EcsTask, ...]:
        """The tasks that run, and those that were stopped since the newest deployment began."""
        since = self.rollouts[-1].since
        return tuple(self._observed(task) for task in self.tasks if not task.reason or task.since >= since)

    def advance(self) -> None:
        """Let the scheduler do all that it does until now."""
        for second in range(self.now, int(self.clock.elapsed()) + 1):
            self.now = second
            self._tick()

    def _tick(self) -> None:
        for task in self._alive():
            if reason := self._failure(task):
                task.reason, task.failed = reason, True
        newest = self.rollouts[-1]
        if newest.rolled_back:
            self._go_back(newest)
        elif newest.state != "FAILED":
            self._go_on(newest)

    def _go_on(self, newest: FakeRollout) -> None:
        alive = self._alive(newest.definition)
        failures = [task for task in self.tasks if task.failed and task.definition == newest.definition]
        recent = [task for task in failures if task.since >= newest.since]
        if newest.status == "IN_PROGRESS" and self.breaker and len(recent) >= _THRESHOLD:
            self._end(newest, "the circuit breaker threshold was exceeded.")
        elif newest.status == "IN_PROGRESS" and (fired := [name for name in self.alarms if name in self.firing]):
            newest.alarms = tuple(fired)
            self._end(newest, "a CloudWatch alarm was triggered.")
        elif newest.status == "IN_PROGRESS" and newest.staged:
            self._go_through_stages(newest, alive)
        elif len(alive) < self.desired:
            self._start(newest.definition, newest.images)
        elif newest.status == "IN_PROGRESS" and all(map(self._answers, alive)):
            self._succeed(newest)

    def _end(self, newest: FakeRollout, why: str) -> None:
        newest.take_back(f"Service deployment rolled back because {why}", self.now)
        if not (self.rollback and newest.earlier):
            newest.status = "STOPPED"
        self._stop(lambda task: task.definition == newest.definition)

    def _succeed(self, newest: FakeRollout) -> None:
        newest.status, newest.state = "SUCCESSFUL", "COMPLETED"
        self._stop(lambda task: task.definition != newest.definition)

    def _go_through_stages(self, newest: FakeRollout, alive: list[FakeTask]) -> None:
        """Do the work of a stage until it is done, and enter the next one."""
        if len(alive) < self.desired and newest.stage != "PRE_SCALE_UP":
            self._start(newest.definition, newest.images)
        waits = self.now < newest.entered + self.bake
        ready = len(alive) == self.desired and all(map(self._answers, alive))
        if newest.stage == "PRODUCTION_TRAFFIC_SHIFT" and not newest.shifted:
            if not (newest.traffic and waits):
                newest.shift(self.now)
        elif (newest.stage == "SCALE_UP" and not ready) or (newest.stage == "BAKE_TIME" and waits):
            return
        elif newest.stage in self.pauses and newest.stage not in newest.approved:
            newest.paused = True
        elif newest.stage == "CLEAN_UP":
            self._succeed(newest)
        else:
            newest.enter_next_stage(self.now)

    def _go_back(self, newest: FakeRollout) -> None:
        if len(self._alive(newest.earlier)) < self.desired:
            self._start(newest.earlier, newest.earlier_images)
        elif newest.status == "ROLLBACK_IN_PROGRESS" and self.now >= newest.changed + _ROLLBACK:
            newest.status, newest.state = "ROLLBACK_SUCCESSFUL", "COMPLETED"

    def _start(self, definition: str, images: Mapping[str, str]) -> None:
        latest = max((task.since for task in self.tasks if task.definition == definition), default=-_AGAIN)
        failed = any(task.failed for task in self.tasks if task.definition == definition and task.since == latest)
        if self.capacity or (failed and self.now < latest + _AGAIN):
            return
        for _ in range(self.desired - len(self._alive(definition))):
            self.started += 1
            pulled = all(self.registry.find(image) for image in images.values())
            self.tasks.append(FakeTask(f"{self.started:032x}", definition, dict(images), self.now, pulled=pulled))

    def _stop(self, which: Callable[[FakeTask], bool]) -> None:
        for task in self._alive():
            if which(task):
                task.reason = f"Scaling activity initiated by deployment ecs-svc/{len(self.rollouts)}"

    def _alive(self, definition: str = "") -> list[FakeTask]:
        return [task for task in self.tasks if not task.reason and definition in ("", task.definition)]

    def _apps(self, task: FakeTask) -> list[FakeApp]:
        return [self.apps.get(digest, FakeApp()) for digest in self._digests(task.images).values()]

    def _answers(self, task: FakeTask) -> bool:
        answers = (app.answer("/health", self.now - task.since) for app in self._apps(task))
        return task.pulled and all(answer.status == _OK for answer in answers)

    def _failure(self, task: FakeTask) -> str:
        """Return the reason why a task ends by itself now; empty if it does not."""
        age = self.now - task.since
        if not task.pulled:
            return f"CannotPullContainerError: {next(iter(task.images.values()))}: not found" if age >= 1 else ""
        for app in self._apps(task):
            if app.start_error:
                return app.start_error
            if app.exits is not None and age >= app.exits:
                return f"Essential container in task exited: exit status {app.exit_code}"
            if age >= _PATIENCE and app.ready > age:
                return "Task failed ELB health checks"
        return ""

    def _observed(self, task: FakeTask) -> EcsTask:
        age, alive = self.now - task.since, not task.reason
        fails = any(app.fails is not None and app.answer("/health", age).status != _OK for app in self._apps(task))
        began = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(seconds=task.since)
        return EcsTask(
            task.id,
            task.definition,
            self._reported(task),
            running=alive and task.pulled,
            unhealthy=alive and fails,
            started=began.isoformat() if task.pulled else "",
            ended=not alive,
            reason=task.reason,
            failed=task.failed,
            target=self._target(task) if alive and task.pulled else "",
        )

    def _target(self, task: FakeTask) -> str:
        """Return the reason why the load balancer sends a task no requests; empty if it does."""
        answers = (app.answer("/health", self.now - task.since).status for app in self._apps(task))
        status = next((status for status in answers if status != _OK), None)
        if status is None or not self.balanced:
            return ""
        return f"it is `unhealthy` in target group `web`: Health checks failed with these codes: [{status}]"

    def _reported(self, task: FakeTask) -> dict[str, str]:
        digests = self._digests(task.images) if task.pulled else {}
        return {name: self.reported or digest for name, digest in digests.items()}

    def _digests(self, images: Mapping[str, str]) -> dict[str, str]:
        """Return the digest of the image of each container; ECS finds out that of a tag when it pulls the image."""
        found = {name: self.registry.find(image) for name, image in images.items()}
        return {name: digest_in(images[name]) or (image.digest if image else "") for name, image in found.items()}

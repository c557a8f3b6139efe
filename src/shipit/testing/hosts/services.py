"""A swarm in memory, for tests: its services, and their tasks as time passes."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, MutableMapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shipit.core.deploy import JOB, Service, ServiceChange, ServiceJob, SwarmTask, UpdateOrder
from shipit.finding import Finding
from shipit.testing.clock import FakeClock
from shipit.testing.hosts.containers import FakeApp
from shipit.testing.registry import FakeRegistry
from shipit.world.hosts import CommandResult

_STEP = 0.5  # seconds between two acts of the swarm
_HISTORY = 5  # tasks of a slot that are remembered


class FakeServices:
    """A swarm in memory; `shipit.world.services.Services` describes the methods.

    An image without a behaviour in `apps` is healthy at once. An app that `fails` becomes unhealthy. The command of a
    job ends at the time `exits` of its app, or at once, with the result in `commands` of the app. `commands` of the
    swarm are those of all jobs that were started.

    Args:
        registry: the registry that images are pulled from.
        clock: the clock by which the swarm acts.
        apps: the behaviour of the images, by digest.
        require_lock: called before each write; it raises if the run no longer holds its lock.
    """

    def __init__(
        self,
        registry: FakeRegistry,
        clock: FakeClock,
        apps: MutableMapping[str, FakeApp],
        require_lock: Callable[[], None] = lambda: None,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._apps = apps
        self._require_lock = require_lock
        self._services: dict[str, _Kept] = {}
        self._jobs: dict[str, _KeptJob] = {}
        self._numbers = itertools.count(1)
        self.problems: list[Finding] = []
        self.commands: list[tuple[str, ...]] = []

    def connect(self, require_lock: Callable[[], None]) -> FakeServices:
        """Return the same swarm as another run sees it."""
        other = copy.copy(self)
        other._require_lock = require_lock
        return other

    def create(
        self,
        name: str,
        image: str,
        *,
        replicas: int = 1,
        nodes: int = 1,
        order: UpdateOrder = "start-first",
        on_failure: Literal["pause", "rollback", "continue"] = "rollback",
        host_ports: tuple[int, ...] = (),
        health_check: bool | None = None,
    ) -> None:
        """Create a service whose tasks run already, as `docker service create` does."""
        service = Service(
            name,
            image,
            1,
            {},
            replicas,
            nodes,
            order=order,
            monitor=1,
            host_ports=host_ports,
            health_check=health_check,
        )
        kept = self._services[name] = _Kept(service, self._clock.elapsed(), on_failure)
        for slot in range(replicas):
            self._start(kept, slot)
        self._clock.sleep(_STEP)

    def remove(self, name: str) -> None:
        """Remove a service."""
        del self._services[name]

    def set_image(self, name: str, image: str) -> None:
        """Update a service as another program does."""
        self._begin(self._advanced(name), replace(self._services[name].service, image=image))

    def move(self, name: str, *, lost: bool = False, new: bool = False) -> None:
        """Move the first task of a service, or the first `new` one, because its node is drained, or is `lost`."""
        kept = self._advanced(name)
        task = next(task for task in kept.tasks if task.task.is_wanted and (not new or kept.is_new(task)))
        task.end(lost=lost)
        task.moved = not lost  # the swarm hears nothing of the end of a task on a lost node
        kept.waits = kept.service.is_updating and task.task.never_ran
        self._start(kept, task.slot)

    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.problems)

    def find(self, name: str) -> Service | None:
        if name in self._jobs:
            return self._jobs[name].service
        if name not in self._services:
            return None
        kept = self._advanced(name)
        return replace(kept.service, tasks=tuple(task.task for task in reversed(kept.tasks)))

    def logs(self, name: str, lines: int, task: str = "") -> str:
        if name in self._jobs:
            return "\n".join(self._jobs[name].result.output.splitlines()[-lines:])
        kept = self._services.get(name)
        digests = [each.task.digest for each in kept.tasks if task in ("", each.task.id)] if kept else []
        logs = [self._apps[digest].log for digest in digests if digest in self._apps]
        return "\n".join(line for log in logs for line in log.splitlines()[-lines:])

    def update(self, service: Service, change: ServiceChange) -> bool:
        self._require_lock()
        kept = self._advanced(service.name)
        now = kept.service
        if now.version != service.version:
            return False
        changed = replace(
            now,
            image=change.image,
            labels={**now.labels, **change.labels},
            order=change.order or now.order,
            monitor=change.monitor or now.monitor,
        )
        self._begin(kept, changed)
        return True

    def start_job(self, job: ServiceJob) -> None:
        self._require_lock()
        assert job.service in self._services
        digest = job.image.partition("@")[2]
        self._jobs[job.name] = _KeptJob(job, self._apps.get(digest, FakeApp()), self._clock, self._clock.elapsed())
        self.commands.append(job.command)

    def remove_job(self, job: ServiceJob) -> None:
        self._require_lock()
        self._jobs.pop(job.name, None)

    def _begin(self, kept: _Kept, service: Service) -> None:
        """Set another specification. If all tasks have its image, nothing is updated."""
        clean = all(task.task.digest == service.digest for task in kept.tasks if task.task.is_wanted)
        kept.previous, kept.waits = kept.service, False
        update, message = ("", "") if clean else ("updating", "update in progress")
        kept.set(replace(service, update=update, update_message=message), self._clock.elapsed())

    def _advanced(self, name: str) -> _Kept:
        """Return a service after all acts of the swarm until now."""
        kept = self._services[name]
        while kept.time + _STEP <= self._clock.elapsed():
            kept.time += _STEP
            self._act(kept)
        return kept

    def _act(self, kept: _Kept) -> None:
        for task in kept.tasks:
            self._age(kept, task)
        if kept.service.is_updating and not kept.waits:
            self._go_on(kept)
        for slot in range(kept.service.replicas or 0):
            if not any(task.task.is_wanted for task in kept.tasks if task.slot == slot):
                self._start(kept, slot)

    def _go_on(self, kept: _Kept) -> None:
        """Go on with an update, one task after the other."""
        failed = next((task for task in kept.tasks if kept.is_new(task) and (task.task.failed or task.moved)), None)
        for task in kept.tasks:
            task.moved = False
        if failed and kept.service.update == "updating" and kept.on_failure != "continue":
            self._stop_update(kept, failed.task.id)
            return
        for slot in range(kept.service.replicas or 0):
            wanted = [task for task in kept.tasks if task.slot == slot and task.task.is_wanted]
            new, old = (
                [task for task in wanted if kept.is_new(task)],
                [task for task in wanted if not kept.is_new(task)],
            )
            if not new and (kept.service.order == "start-first" or not old):
                self._start(kept, slot)
            if old and (kept.service.order == "stop-first" or any(task.task.runs for task in new)):
                old[0].end()
            if old or not any(task.task.runs for task in new):
                return
        if kept.time >= kept.changed + kept.service.monitor:
            done = "rollback_completed" if kept.service.rolled_back else "completed"
            kept.set(replace(kept.service, update=done, update_message=done), kept.changed)

    def _stop_update(self, kept: _Kept, task: str) -> None:
        """Pause or roll back an update, as the service says."""
        reason = f"due to failure or early termination of task {task}"
        if kept.on_failure == "pause":
            kept.set(replace(kept.service, update="paused", update_message=f"update paused {reason}"), kept.time)
            return
        assert kept.previous
        for each in kept.tasks:
            if kept.is_new(each) and each.task.is_wanted:
                each.end()
        message = f"update rolled back {reason}"
        kept.set(replace(kept.previous, update="rollback_started", update_message=message), kept.time)

    def _start(self, kept: _Kept, slot: int) -> None:
        task = SwarmTask(f"task{next(self._numbers)}", kept.service.digest, "new", began=False)
        kept.tasks.append(_KeptTask(task, slot, kept.time))
        self._age(kept, kept.tasks[-1])
        ended = [each for each in kept.tasks if each.slot == slot and not each.task.is_wanted]
        for each in ended[:-_HISTORY]:
            kept.tasks.remove(each)

    def _age(self, kept: _Kept, kept_task: _KeptTask) -> None:
        """Give a task the state that it has at this time."""
        task, age = kept_task.task, kept.time - kept_task.began
        if task.state in ("shutdown", "failed", "rejected", "complete") or task.lost:
            return
        if not task.is_wanted:
            kept_task.task = replace(task, state="shutdown")
            return
        state, error = self._state(kept, task, age)
        wanted = "shutdown" if state in ("failed", "rejected", "complete") else task.wanted
        began = state not in ("pending", "rejected")
        kept_task.task = replace(task, state=state, error=error, wanted=wanted, began=began, since=f"{kept.time:06.1f}")

    def _state(self, kept: _Kept, task: SwarmTask, age: float) -> tuple[str, str]:
        app = self._apps.get(task.digest, FakeApp())
        others = sum(other.task.state == "running" for other in kept.tasks if other.task.id != task.id)
        if kept.service.host_ports and task.state != "running" and others >= kept.service.nodes:
            return "pending", f"no suitable node (host-mode port already in use on {others} nodes)"
        if (
            task.state == "new"
            and task.digest
            and self._registry.find(f"{kept.service.image.partition('@')[0]}@{task.digest}") is None
        ):
            return "rejected", f"No such image: {kept.service.image}"
        if app.start_error:
            return "rejected", app.start_error
        if app.exits is not None and age >= app.exits:
            return ("failed", f"task: non-zero exit ({app.exit_code})") if app.exit_code else ("complete", "")
        if (app.health == "unhealthy" and age >= _STEP) or (app.fails is not None and age >= app.fails):
            return "failed", "task: non-zero exit (143): dockerexec: unhealthy container"
        return ("running" if age >= app.ready and app.health != "unhealthy" else "starting"), ""


class _KeptTask(Struct):
    """A task, the number of its place in the service, the time when it was created, and whether it was moved."""

    task: SwarmTask
    slot: int
    began: float
    moved: bool = False

    def end(self, *, lost: bool = False) -> None:
        self.task = replace(self.task, wanted="shutdown", lost=lost)


class _Kept(Struct):
    """A service that exists; `time` is the time of the last act of the swarm, `changed` that of the last change.

    `waits` is True while its update waits for a task that can never run.
    """

    service: Service
    time: float
    on_failure: str
    changed: float = 0
    waits: bool = False
    previous: Service | None = None
    tasks: list[_KeptTask] = []

    def set(self, service: Service, changed: float) -> None:
        self.service = replace(service, version=self.service.version + 1)
        self.changed = changed

    def is_new(self, task: _KeptTask) -> bool:
        """Return whether a task has the image of the specification."""
        return task.task.digest == self.service.digest


class _KeptJob(Struct):
    """A job that exists, and the time of its start."""

    job: ServiceJob
    app: FakeApp
    clock: FakeClock
    since: float

    @property
    def result(self) -> CommandResult:
        return self.app.commands.get(self.job.command, CommandResult(0))

    @property
    def service(self) -> Service:
        """The job as it is now."""
        job, status = self.job, self.result.status
        state, error = ("failed", f"task: non-zero exit ({status})") if status else ("complete", "")
        if self.clock.elapsed() - self.since < (self.app.exits or 0):
            state, error = "running", ""
        task = SwarmTask(f"{job.name}.1", job.image.partition("@")[2], state, "complete", error)
        return Service(job.name, job.image, 1, {JOB: job.service}, command=job.command, tasks=(task,))

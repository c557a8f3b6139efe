"""The step that proves which image the tasks of a service run, watches them, and records the image as verified."""

from __future__ import annotations

from collections.abc import Set
from typing import ClassVar

from shipit.core.deploy import (
    DeployedImage,
    DeployEvent,
    DeployRecord,
    EcsState,
    EcsTask,
    definition_name,
    digest_in,
    machine,
    targets_of,
)
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.deploy import (
    PublicCheck,
    Seen,
    add_event,
    read_record,
    verified_outputs,
    watch,
)
from shipit.steps.ecs.await_deployment import last_log
from shipit.steps.ecs.service import Change, firing, rolled_out
from shipit.world import World


class ConfirmDeployment(PublicCheck, frozen=True):
    """Prove that the running tasks run the new image, watch them for `bake` seconds, then record it as verified.

    Args:
        host: the address of the service.
        app: the name of the app.
        change: the revision that the service had, and the image that it gets.
        record: the name of the record.
        bake: the time to watch, in seconds.
        by: the run, for the record.
        alarms: the alarms of CloudWatch that are a failure if they fire.
    """

    kind: ClassVar[str] = "confirm-deployment"
    public: ClassVar[bool] = True
    host: str
    app: str
    change: Change
    record: str
    bake: float = 0
    by: str = ""
    alarms: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.app}"

    @property
    def summary(self) -> str:
        place = f"{self.change.image} on {machine(self.host)}"
        return (
            f"watch {place} for {self.bake:g} s, then record it as verified"
            if self.bake
            else f"record {place} as verified"
        )

    def check(self, world: World) -> Done | Todo:
        found, definition = rolled_out(world, self.host, self.change)
        if not self._is_recorded(read_record(world.place(self.host), self.record), definition):
            return Todo()
        problem = self._problem(world, found, definition)
        return Todo(problem) if problem else Done(self._outputs)

    @property
    def _outputs(self) -> Outputs:
        return verified_outputs(self.change.image, self.host, self.app)

    def apply(self, world: World) -> Outputs:
        found, definition = rolled_out(world, self.host, self.change)
        earlier = frozenset(task.id for task in found.failed_of(definition))
        if problem := watch(lambda: self._look(world, earlier), self.bake, world).problem:
            raise self._failure(world, problem)
        place = world.place(self.host)
        record = read_record(place, self.record)
        if not self._is_recorded(record, definition):
            event = DeployEvent("verified", self.change.image, by=self.by, definition=definition)
            add_event(place, self.record, record, event, world)
        return self._outputs

    def _is_recorded(self, record: DeployRecord, definition: str) -> bool:
        """Return whether the image is the verified one; for the settings of a file, with this task definition."""
        same = not self.change.file or (record.last is not None and record.last.definition == definition)
        return record.current == self.change.image and same

    def _look(self, world: World, earlier: Set[str]) -> Seen:
        """Return the problem; it is final if a task failed that is not in `earlier`, or if an alarm fires."""
        found, definition = rolled_out(world, self.host, self.change)
        for task in found.failed_of(definition):
            if task.id not in earlier:
                return Seen(f"task `{task.id}` stopped: {task.reason}", final=True)
        if fires := firing(world, self.host, self.alarms):
            return Seen(fires, final=True)
        return Seen(self._problem(world, found, definition))

    def _problem(self, world: World, found: EcsState, definition: str) -> str:
        """Return the reason why the image does not serve in the state `found`; empty if it does."""
        running = found.running_of(definition)
        if len(running) < max(1, found.desired):
            return f"only {len(running)} of {found.desired} tasks run {definition_name(definition)}"
        if targets := targets_of(found, definition):
            return targets[0]
        for task in running:
            if task.unhealthy:
                return f"task `{task.id}` is unhealthy: its health check failed"
            if not task_runs(world, self.change.image, task, self.change.container):
                return f"task `{task.id}` runs `{task.images[self.change.container]}`, and not {self.change.image}"
        return self.public_problem(world, change="deployment")

    def _failure(self, world: World, problem: str) -> DeployError:
        found, definition = rolled_out(world, self.host, self.change)
        return DeployError(
            f"{self.change.image} failed on {machine(self.host)} after its deployment: {problem}",
            hint=self.hint(problem, "`url`, DNS and the load balancer"),
            tail=last_log(world, self.host, self.change.container, found, definition),
        )


def task_runs(world: World, image: DeployedImage, task: EcsTask, container: str) -> bool:
    """Return whether a task runs `image`, by the digest that ECS reports: that of the image, or that of its platform.

    A task without a report runs the digest of its task definition, because a container with another one cannot start.
    """
    found = digest_in(task.images.get(container, ""))
    return found in ("", image.digest) or found in world.registry.digests(image.reference)

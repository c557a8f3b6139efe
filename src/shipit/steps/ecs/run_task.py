"""The step that runs a command in the new image before its deployment, such as a migration of the database."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import machine, service_parts
from shipit.errors import ConflictError, DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, state_of
from shipit.world import World

_EVERY = 5.0  # seconds
_KEY = 24  # characters of a hash


class RunTask(Struct, frozen=True):
    """Run a task that is not part of the service, with the new task definition and another command, to its end.

    A task that runs already is waited for, and a command that succeeded is not run again while ECS remembers its task,
    which is about an hour. So after an interrupted deployment the command can run a second time; it must be repeatable.

    Args:
        host: the address of the service.
        change: the task definition.
        command: the words of the command.
        timeout: the seconds after which the task is stopped.
    """

    kind: ClassVar[str] = "run-task"
    public: ClassVar[bool] = False
    host: str
    change: Change
    command: tuple[str, ...]
    timeout: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.change.image.digest}"

    @property
    def summary(self) -> str:
        return f"run `{self._words}` in {self.change.image}, in a task with the settings of {machine(self.host)}"

    @property
    def _words(self) -> str:
        return " ".join(self.command)

    @property
    def _key(self) -> str:
        """The text by which the task is found again."""
        parts = (self.host, self.change.container, self.change.image.reference, *self.command)
        return f"shipit-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:_KEY]}"

    def check(self, world: World) -> Done | Todo:
        found = world.ecs_services.at(self.host).job(self._key)
        if found is None:
            return Todo()
        return Done() if found.succeeded(self.change.container) else Todo(found.reason or "it still runs")

    def apply(self, world: World) -> Outputs:
        port, clock = world.ecs_services.at(self.host), world.clock
        found, end = port.job(self._key), world.clock.elapsed() + self.timeout
        if found is None or (found.ended and not found.succeeded(self.change.container)):
            task = port.run(self._definition(world), self.change.container, self.command, self._key)
            found = None
        else:
            task = found.id
        while not (found and found.ended):
            if clock.elapsed() >= end:
                port.stop(task)
                raise self._failure(world, task, f"did not end within {self.timeout:g} seconds, and was stopped")
            clock.sleep(_EVERY)
            found = port.task(task)  # a new task can be unknown for a moment
        if not found.succeeded(self.change.container):
            raise self._failure(world, task, f"failed: {found.reason}")
        return {}

    def _definition(self, world: World) -> str:
        """Return the ARN of the task definition; raises `ConflictError` if another program deregistered it."""
        found = self.change.revision(world, self.host, state_of(world, self.host).definition)
        if found is None:
            what = f"the task definition with {self.change.image} for {machine(self.host)} was deregistered meanwhile"
            raise ConflictError(what, hint="run the same command again")
        return found.arn

    def _failure(self, world: World, task: str, problem: str) -> DeployError:
        cluster, *_ = service_parts(self.host)
        return DeployError(
            f"`{self._words}` {problem} (task `{task}` of ECS cluster {cluster}, {self.change.image})",
            hint="fix the command or the image, then deploy again",
            tail=world.ecs_services.at(self.host).logs(task, self.change.container, limits.DEPLOY_LOG),
        )

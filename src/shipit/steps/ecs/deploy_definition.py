"""The step that gives a service of ECS another task definition."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import EcsState, TaskDefinition, machine
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, state_of, superseded
from shipit.world import World

_AGAIN = 1.0  # seconds


class DeployDefinition(Struct, frozen=True):
    """Give a service the task definition with the new image, and change nothing else of it.

    Args:
        host: the address of the service.
        change: the wanted task definition.
        was: the ARN of the task definition that is replaced; any other one was set by another program, except that of
            `change.base`, which ECS itself goes back to.
    """

    kind: ClassVar[str] = "deploy-definition"
    public: ClassVar[bool] = True
    host: str
    change: Change
    was: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}"

    @property
    def summary(self) -> str:
        return f"deploy {self.change.image} to {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        found, wanted = self._found(world)
        return Done() if wanted and found.definition == wanted.arn else Todo()

    def apply(self, world: World) -> Outputs:
        found, wanted = self._found(world)
        if wanted is None:
            what = f"the task definition with {self.change.image} for {machine(self.host)} was deregistered meanwhile"
            raise ConflictError(what, hint="run the same command again")
        if found.definition != wanted.arn:
            world.ecs_services.at(self.host).update(wanted.arn)
            self._await_begin(world, found.definition)
        return {}

    def _await_begin(self, world: World, before: str) -> None:
        """Wait until ECS shows that it begins: until then, what comes next would see the work of another program."""
        end = world.clock.elapsed() + limits.ECS_SILENCE
        while state_of(world, self.host).definition == before and world.clock.elapsed() < end:
            world.clock.sleep(_AGAIN)

    def _found(self, world: World) -> tuple[EcsState, TaskDefinition | None]:
        """Return the service, and the wanted revision; raises `ConflictError` if another program set another one."""
        found = state_of(world, self.host)
        wanted = self.change.revision(world, self.host, found.definition)
        if found.definition not in (self.was, self.change.base, wanted.arn if wanted else ""):
            raise superseded(self.host, found.definition)
        return found, wanted

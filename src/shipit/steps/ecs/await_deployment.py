"""The step that waits until ECS has deployed a task definition."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import EcsState, deployment_state, machine
from shipit.errors import DeployError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, rolled_out
from shipit.world import World

_EVERY = 5.0  # seconds


class AwaitDeployment(Struct, frozen=True):
    """Wait until ECS reports that the deployment of the task definition with the new image succeeded.

    A deployment that ECS takes back is a failure, also if the service is stable afterwards.

    Args:
        host: the address of the service.
        change: the task definition.
        within: the longest time to wait, in seconds.
    """

    kind: ClassVar[str] = "await-deployment"
    public: ClassVar[bool] = True
    host: str
    change: Change
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.change.image.digest}"

    @property
    def summary(self) -> str:
        return f"wait until {machine(self.host)} runs {self.change.image}, within {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        found, definition = rolled_out(world, self.host, self.change)
        state = deployment_state(found, definition)
        return Done() if state.done else Todo(state.failed or state.waiting)

    def apply(self, world: World) -> Outputs:
        clock = world.clock
        end = clock.elapsed() + self.within
        while True:
            found, definition = rolled_out(world, self.host, self.change)
            state = deployment_state(found, definition)
            if state.done:
                return {}
            if state.failed:
                raise self._failure(world, found, definition, state.failed)
            if clock.elapsed() >= end:
                raise self._failure(world, found, definition, f"after {self.within:g} seconds {state.waiting}")
            clock.sleep(_EVERY)

    def _failure(self, world: World, found: EcsState, definition: str, problem: str) -> DeployError:
        return DeployError(
            f"{self.change.image} was not deployed to {machine(self.host)}: {problem}",
            hint="read the reasons above; fix the app, its image or its settings, then deploy again",
            tail=last_log(world, self.host, self.change.container, found, definition),
        )


def last_log(world: World, host: str, container: str, found: EcsState, definition: str) -> str:
    """Return the end of the log of a task that failed, or else of one that runs; empty if there is none."""
    tasks = (*found.failed_of(definition), *found.running_of(definition))
    return world.ecs_services.at(host).logs(tasks[0].id, container, limits.DEPLOY_LOG) if tasks else ""

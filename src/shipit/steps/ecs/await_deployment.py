"""The step that waits until ECS has deployed a task definition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import STAGED, EcsState, Rollout, deployment_state, machine, targets_of
from shipit.errors import DeployError, ShipitError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, Paused, firing, rolled_out
from shipit.world import World

_EVERY = 5.0  # seconds


class AwaitDeployment(Struct, frozen=True):
    """Wait until ECS reports that the deployment of the task definition with the new image succeeded.

    A deployment that ECS takes back is a failure, also if the service is stable afterwards. A deployment that waits for
    a person ends the step with `Paused`.

    Args:
        host: the address of the service.
        change: the task definition.
        within: the longest time to wait, in seconds.
        strategy: the strategy of the service, such as `BLUE_GREEN`.
        alarms: the alarms of CloudWatch that end the deployment if they fire.
    """

    kind: ClassVar[str] = "await-deployment"
    public: ClassVar[bool] = True
    host: str
    change: Change
    within: float
    strategy: str = "ROLLING"
    alarms: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.change.image.digest}"

    @property
    def summary(self) -> str:
        how = f"{STAGED[self.strategy]} deployment, " if self.strategy in STAGED else ""
        return f"wait until {machine(self.host)} runs {self.change.image}, {how}within {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        found, definition = rolled_out(world, self.host, self.change)
        state = deployment_state(found, definition)
        return Done() if state.done else Todo(state.failed or state.waiting)

    def apply(self, world: World) -> Outputs:
        clock, said, targets = world.clock, "", ""
        end = clock.elapsed() + self.within
        while True:
            found, definition = rolled_out(world, self.host, self.change)
            state = self._state(world, found, definition)
            if state.done:
                return {}
            targets = "; ".join(targets_of(found, definition)) or targets
            if state.failed:
                before = f"before that, {targets}" if targets and targets not in state.failed else ""
                raise self._failure(world, found, definition, "; ".join(filter(None, (state.failed, before))))
            self._raise_if_paused(found, definition)
            if clock.elapsed() >= end:
                raise self._failure(
                    world, found, definition, f"{self.within:g} seconds were not enough: {state.waiting}"
                )
            if state.waiting != said:
                said = state.waiting
                world.say(said)
            clock.sleep(_EVERY)

    def _raise_if_paused(self, found: EcsState, definition: str) -> None:
        newest = found.deployment
        if newest and newest.definition == definition and newest.paused:
            what = f"the deployment of {self.change.image} to {machine(self.host)} waits for an approval"
            raise Paused(f"{what}: {newest.paused}")

    def _state(self, world: World, found: EcsState, definition: str) -> Rollout:
        """Return the state of the deployment; an alarm that fires is a failure."""
        state = deployment_state(found, definition)
        if state.failed or not self.alarms:
            return state
        fires = firing(world, self.host, self.alarms)
        return Rollout(failed=f"{fires}; {state.waiting}".removesuffix("; ")) if fires else state

    def _failure(self, world: World, found: EcsState, definition: str, problem: str) -> DeployError:
        reasons = "; ".join((problem, *_fired(world, self.host, found)))
        return DeployError(
            f"{self.change.image} was not deployed to {machine(self.host)}: {reasons}",
            hint="fix the app, its image or its settings, then deploy again",
            tail=last_log(world, self.host, self.change.container, found, definition),
        )


def _fired(world: World, host: str, found: EcsState) -> Iterator[str]:
    """Yield the alarms for which ECS took the newest deployment back, with their reasons."""
    names = found.deployment.alarms if found.deployment else ()
    reasons: dict[str, str] = {}
    with suppress(ShipitError):  # their names are known without the right to read their reasons
        reasons = {alarm.name: alarm.reason for alarm in world.ecs_services.at(host).alarms(names)}
    for name in names:
        yield f"alarm `{name}` fired: {reasons[name]}" if reasons.get(name) else f"alarm `{name}` fired"


def last_log(world: World, host: str, container: str, found: EcsState, definition: str) -> str:
    """Return the end of the log of a task that failed, or else of one that runs; empty if there is none."""
    tasks = (*found.failed_of(definition), *found.running_of(definition))
    return world.ecs_services.at(host).logs(tasks[0].id, container, limits.DEPLOY_LOG) if tasks else ""

"""The step that ends the pause of a deployment of ECS, after a person approved it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import EcsPause, machine
from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, rolled_out
from shipit.world import World

_AGAIN = 1.0  # seconds


class ApproveDeployment(Struct, frozen=True):
    """Let a paused deployment go on.

    Args:
        host: the address of the service.
        change: the task definition that is deployed.
        pauses: the ids of the pauses that were approved; a later pause of the same deployment waits again.
    """

    kind: ClassVar[str] = "approve-deployment"
    public: ClassVar[bool] = True
    host: str
    change: Change
    pauses: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.change.image.digest}"

    @property
    def summary(self) -> str:
        return f"let the deployment of {self.change.image} to {machine(self.host)} go on"

    def check(self, world: World) -> Done | Todo:
        return Todo() if self._waiting(world)[1] else Done()

    def apply(self, world: World) -> Outputs:
        deployment, waiting = self._waiting(world)
        for pause in waiting:
            world.ecs_services.at(self.host).proceed(deployment, pause.id)
        end = world.clock.elapsed() + limits.ECS_SILENCE
        while self._waiting(world)[1]:  # what comes next must not take it for a new pause
            if world.clock.elapsed() >= end:
                what = f"ECS accepted the approval of {self.change.image}, but the deployment is still paused"
                raise RemoteError(what, hint="run the same command again", retryable=True)
            world.clock.sleep(_AGAIN)
        return {}

    def _waiting(self, world: World) -> tuple[str, tuple[EcsPause, ...]]:
        """Return the ARN of the deployment, and the approved pauses at which it still waits; none if it goes on."""
        found, definition = rolled_out(world, self.host, self.change)
        newest = found.deployment
        if newest is None or newest.definition != definition or not newest.paused:
            return "", ()
        return newest.arn, tuple(pause for pause in newest.pauses if pause.id in self.pauses)

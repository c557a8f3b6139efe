"""The step that lets ECS take back a blue/green, linear or canary deployment that has not ended."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage, EcsDeployment, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import state_of
from shipit.world import World

_EVERY = 5.0  # seconds


class TakeBackDeployment(Struct, frozen=True):
    """Let ECS take back a deployment that moves the requests of users in stages: the old tasks get them again at once.

    Args:
        host: the address of the service.
        deployment: the ARN of the deployment.
        image: the image to go back to.
        within: the longest time to wait until it is taken back, in seconds.
    """

    kind: ClassVar[str] = "take-back-deployment"
    public: ClassVar[bool] = True
    host: str
    deployment: str
    image: DeployedImage
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.deployment}"

    @property
    def summary(self) -> str:
        return f"let ECS take back the deployment of {machine(self.host)}, to {self.image}"

    def check(self, world: World) -> Done | Todo:
        newest = self._newest(world)
        return Todo(newest.progress) if newest else Done()

    def apply(self, world: World) -> Outputs:
        newest, end = self._newest(world), world.clock.elapsed() + self.within
        if newest and not newest.rolled_back:
            world.ecs_services.at(self.host).take_back(self.deployment)
        while newest and world.clock.elapsed() < end:  # what comes next says why it is still not taken back
            world.clock.sleep(_EVERY)
            newest = self._newest(world)
        return {}

    def _newest(self, world: World) -> EcsDeployment | None:
        """Return the deployment, if it is the newest one and has not ended."""
        newest = state_of(world, self.host).deployment
        return newest if newest and not newest.ended and newest.arn == self.deployment else None

"""The step that registers a task definition of ECS with the new image."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import definition_name, machine
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.ecs.service import Change, state_of
from shipit.world import World


class RegisterDefinition(Struct, frozen=True):
    """Register the revision of a task definition that has the new image, and otherwise the settings of another one.

    A revision that an interrupted run registered is found again by the hash of its content, which is one of its tags.

    Args:
        host: the address of the service.
        change: the wanted revision.
    """

    kind: ClassVar[str] = "register-definition"
    public: ClassVar[bool] = False
    host: str
    change: Change

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.change.image.digest}"

    @property
    def summary(self) -> str:
        base, image = self.change.file or definition_name(self.change.base), self.change.image
        return f"register a copy of task definition {base} with {image} for {machine(self.host)}"

    def check(self, world: World) -> Done | Todo:
        used = state_of(world, self.host).definition
        return Done() if self.change.revision(world, self.host, used) else Todo()

    def apply(self, world: World) -> Outputs:
        used = state_of(world, self.host).definition
        if self.change.revision(world, self.host, used) is None:
            base = self.change.base_in(world, self.host)
            content = self.change.content(base)
            world.ecs_services.at(self.host).register(content, base.tags_for(content, self.change.image))
        return {}

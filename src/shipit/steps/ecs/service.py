"""The reads of a service of ECS that its steps share, and the task definition that a deployment leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.deploy import (
    DeployedImage,
    EcsState,
    TaskDefinition,
    content_hash,
    definition_in,
    definition_name,
    machine,
)
from shipit.errors import ConflictError, RemoteError
from shipit.world import World

_AGAIN = 5.0  # seconds
T = TypeVar("T")


class Change(Struct, frozen=True):
    """The task definition that a service shall run: that of `base`, with the image of one container by its digest.

    Args:
        base: the ARN of the revision whose other settings are kept.
        container: the name of the container.
        image: the image.
        file: the file of the repository that has the other settings instead; empty for none.
    """

    base: str
    container: str
    image: DeployedImage
    file: str = ""

    def content(self, base: TaskDefinition) -> dict[str, Any]:
        """Return the content of the wanted revision."""
        return base.with_image(self.container, self.image.reference)

    def base_in(self, world: World, host: str) -> TaskDefinition:
        """Return the revision `base`, or the task definition in the file with its tags.

        Raises `ConflictError` if it or its container is gone.
        """
        found = world.ecs_services.at(host).definition(self.base)
        if self.file:
            written = definition_in(world.files.read(self.file) or "", self.file)
            found = replace(written, tags={**(found.tags if found else {}), **written.tags})
        if found is None or self.container not in found.images:
            thing = f"container `{self.container}` of " if found else ""
            place = self.file or definition_name(self.base)
            what = f"{thing}task definition `{place}` is gone: another program deleted it"
            raise ConflictError(
                what, hint="run the same command again: it copies the task definition that the service has then"
            )
        return found

    def revision(self, world: World, host: str, used: str) -> TaskDefinition | None:
        """Return the wanted revision; None if it is not registered.

        Args:
            world: the ports.
            host: the address of the service.
            used: the ARN of the revision that the service has; it can have one that was deregistered.
        """
        base = self.base_in(world, host)
        same = not self.file and base.images[self.container] == self.image.reference
        if same and (base.active or used == base.arn):
            return base
        return world.ecs_services.at(host).registered(base.family, content_hash(self.content(base)))


def state_of(world: World, host: str) -> EcsState:
    """Return the state of a service; raises `ConflictError` if it is gone."""
    found = patiently(world, world.ecs_services.at(host).state)
    if found is None:
        what = f"{machine(host)} is gone: another program deleted it"
        raise ConflictError(what, hint="create it again, then run the same command again")
    return found


def patiently(world: World, read: Callable[[], T]) -> T:
    """Return the answer to a request, which is repeated for some time before a failure ends a deployment.

    AWS throttles requests.
    """
    end = world.clock.elapsed() + limits.ECS_SILENCE
    while True:
        try:
            return read()
        except RemoteError as error:
            if not error.retryable or world.clock.elapsed() >= end:
                raise
        world.clock.sleep(_AGAIN)


def firing(world: World, host: str, names: tuple[str, ...]) -> str:
    """Return the alarms of CloudWatch that fire, with their reasons; empty if none does."""
    found = patiently(world, lambda: world.ecs_services.at(host).alarms(names)) if names else ()
    return "; ".join(str(alarm) for alarm in found if alarm.fires)


class Paused(Exception):
    """The end of a run whose deployment waits for a person.

    Args:
        what: the sentence that says so.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def superseded(host: str, now: str) -> ConflictError:
    """Return the error for a service that another program gave the task definition `now`."""
    return ConflictError(
        f"another program gave {machine(host)} the task definition `{definition_name(now)}`",
        hint="find the program that changed it: see the events `UpdateService` of AWS CloudTrail",
    )


def rolled_out(world: World, host: str, change: Change) -> tuple[EcsState, str]:
    """Return the state of a service, and the ARN of the revision that it was given.

    Raises `ConflictError` if another program gave it another one.
    """
    found = state_of(world, host)
    wanted = change.revision(world, host, found.definition)
    if wanted is None or found.replaced(wanted.arn):
        raise superseded(host, found.definition)
    return found, wanted.arn

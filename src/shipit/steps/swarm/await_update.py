"""The step that waits until all tasks of a service of a swarm run an image."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import LOST_TASK, PAUSED, DeployedImage, Service, ServiceChange
from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.swarm.service import image_failure, read_service, require_own
from shipit.world import World

_EVERY = 0.5  # seconds


class AwaitUpdate(Struct, frozen=True):
    """Wait until all tasks of `service` run `image` and no task of another version is left, at most `within` seconds.

    An update that the swarm stopped or rolled back is a failure at once; the state of the update alone is no proof,
    because it is `completed` also after an update by another program. An update that waits for a task on a lost node
    goes on as soon as another task has its place.

    Raises `DeployError` if the image fails, `ConflictError` if another program updates the service.
    """

    kind: ClassVar[str] = "await-update"
    public: ClassVar[bool] = False
    host: str
    service: str
    image: DeployedImage
    within: float

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.service}"

    @property
    def summary(self) -> str:
        return f"wait until all tasks of `{self.service}` run {self.image}, within {self.within:g} s"

    def check(self, world: World) -> Done | Todo:
        service = read_service(self.host, self.service, world)
        problem = service.unsettled(self.image.digest)
        return Todo(problem) if problem or not self.image.digest else Done()

    def apply(self, world: World) -> Outputs:
        clock = world.clock
        end, before = clock.elapsed() + self.within, None
        while True:
            service = read_service(self.host, self.service, world)
            problem = service.unsettled(self.image.digest)
            if not problem:
                return {}
            failed = service.failed(self.image.digest)
            before = failed if before is None else before  # by an earlier run
            reason = self._failure(service, len(failed - before))
            if not reason and clock.elapsed() >= end:
                reason = f"not done within {self.within:g} seconds: {problem}"
            if reason:
                raise image_failure(service, self.image, reason, self.host, world)
            self._go_on(service, world)
            clock.sleep(_EVERY)

    def _go_on(self, service: Service, world: World) -> None:
        """Change a label of the service if its update waits for a task that can never run; it then goes on."""
        if task := service.awaited(self.image.digest):
            with suppress(RemoteError):  # the next look shows whether the label was changed
                change = ServiceChange(service.image, {LOST_TASK: task})
                world.hosts.at(self.host).services.update(service, change)

    def _failure(self, service: Service, failures: int) -> str:
        """Return the reason to give up; empty while the image can still run in all tasks.

        `failures` is the number of tasks of the image that failed since the wait began.
        """
        moved = ", because a node with a new task was drained or lost" if service.gave_up(self.image.digest) else ""
        if service.rolled_back and service.digest != self.image.digest:
            return f"the swarm rolled the update back{moved}{self._why(service)}"
        require_own(service, self.image)
        if service.update in PAUSED:
            return f"the swarm stopped the update{moved}{self._why(service)}"
        if not service.is_updating and failures >= limits.SERVICE_FAILURES:
            return "the swarm starts its tasks again and again"
        return ""

    def _why(self, service: Service) -> str:
        """Return the swarm's reason, if no task shows a better one."""
        return "" if service.failure(self.image.digest) else f" ({service.update_message})"

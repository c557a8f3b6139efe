"""The step that sets the image of a service of a swarm."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct

from shipit.core import limits
from shipit.core.deploy import PAUSED, DeployedImage, Service, ServiceChange, UpdateOrder, image_labels, machine
from shipit.errors import ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.swarm.service import read_service, require_image
from shipit.world import World

_EVERY = 1.0  # seconds


class UpdateService(Struct, frozen=True):
    """Set the image of `service` in the swarm that `host` manages; the swarm then replaces its tasks.

    Args:
        host: the manager.
        service: the name of the service.
        image: the image.
        order: `start-first` or `stop-first`; empty to leave the order that the service has.
        monitor: the seconds for which the swarm watches each new task; 0 to leave those of the service.
        find: True to look for the image in its registry first, because the swarm reports a
            missing image only when tasks fail.
        health: True to refuse an image that would run without a health check; only together with `find`.
    """

    kind: ClassVar[str] = "update-service"
    public: ClassVar[bool] = True
    host: str
    service: str
    image: DeployedImage
    order: UpdateOrder | Literal[""] = ""
    monitor: float = 0
    find: bool = True
    health: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.host}:{self.service}"

    @property
    def summary(self) -> str:
        order = f", {self.order}" if self.order else ""
        return f"update service `{self.service}` on {machine(self.host)} to {self.image}{order}"

    def check(self, world: World) -> Done | Todo:
        return Done() if self._is_set(read_service(self.host, self.service, world)) else Todo()

    def _is_set(self, service: Service) -> bool:
        """Return whether the service has the image and the settings, and its update is not paused."""
        settings = self.order in ("", service.order) and self.monitor in (0, service.monitor)
        return (
            bool(self.image.digest)
            and service.digest == self.image.digest
            and settings
            and service.update not in PAUSED
        )

    def apply(self, world: World) -> Outputs:
        if self.find:
            require_image(self.host, self.service, self.image, self.health, world)
        services, problem = world.hosts.at(self.host).services, None
        for _ in range(limits.SERVICE_TRIES):
            found = read_service(self.host, self.service, world)
            try:
                if self._is_set(found) or services.update(found, self._change(found)):
                    return {}
            except RemoteError as error:  # the next round shows whether it was changed
                problem = error
                world.clock.sleep(_EVERY)
        if problem:
            raise problem
        what = f"service `{self.service}` of {machine(self.host)} is changed by another program again and again"
        raise ConflictError(what, hint="find the program that changes it, then run the same command again")

    def _change(self, service: Service) -> ServiceChange:
        """Return the change. A tag beside the digest is kept, because the tasks would restart without it."""
        reference = service.image if service.digest == self.image.digest else self.image.reference
        return ServiceChange(reference, image_labels(self.image), self.order, self.monitor)

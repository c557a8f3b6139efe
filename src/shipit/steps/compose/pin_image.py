"""The step that pins the image of a service of a compose project by its digest."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import is_edited_pin_file, machine, pin_file, pins_in
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.compose.replicas import Replicas
from shipit.world import World


class PinImage(Struct, frozen=True):
    """Write the image of `replicas` into the pin file of the project, and keep the images of the other services.

    An image without a digest is not pinned: its line is removed. A file that another program changed is not replaced.
    """

    kind: ClassVar[str] = "pin-image"
    public: ClassVar[bool] = False
    replicas: Replicas

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.replicas.host}:{self.replicas.service.pin_path}:{self.replicas.service.service}"

    @property
    def summary(self) -> str:
        return f"write {self.replicas.image} of {self.replicas.place} to {self.replicas.service.pin_path}"

    def check(self, world: World) -> Done | Todo:
        text = world.hosts.at(self.replicas.host).read(self.replicas.service.pin_path) or ""
        if is_edited_pin_file(text):
            what = f"`{self.replicas.service.pin_path}` on {machine(self.replicas.host)} was changed by another program"
            hint = f"move your settings into your compose files, then: rm {self.replicas.service.pin_path}"
            raise ConflictError(what, hint=hint)
        return Done() if pins_in(text) == self._with_pin(text) else Todo()

    def _with_pin(self, text: str) -> dict[str, str]:
        """Return the images that the pin file shall have instead of those in `text`."""
        service, image = self.replicas.service.service, self.replicas.image
        others = {name: pinned for name, pinned in pins_in(text).items() if name != service}
        return {**others, service: image.reference} if image.digest else others

    def apply(self, world: World) -> Outputs:
        if isinstance(self.check(world), Todo):
            host, service = world.hosts.at(self.replicas.host), self.replicas.service
            host.write(service.pin_path, pin_file(self._with_pin(host.read(service.pin_path) or "")))
        return {}

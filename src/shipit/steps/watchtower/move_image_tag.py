"""The step that moves the tag of an image that another program follows to the image to deploy."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.deploy import DeployedImage
from shipit.errors import ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.images import Origin, digest_output, fetch_commit_of, is_newer
from shipit.world import RemoteImage, World


class MoveImageTag(Struct, frozen=True):
    """Make the tag `reference` lead to `image`, so that Watchtower runs it.

    A tag that leads to a newer image is moved only if the plan goes `back` to an earlier version. `environment` is the
    name of the environment, for the command that goes back.
    """

    kind: ClassVar[str] = "move-image-tag"
    public: ClassVar[bool] = True
    reference: str
    image: DeployedImage
    back: bool = False
    environment: str = "ENV"

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.reference}"

    @property
    def summary(self) -> str:
        return f"move {self.reference} {'back ' if self.back else ''}to {self.image}"

    def check(self, world: World) -> Done | Todo:
        found = world.registry.find(self.reference)
        if found is not None and found.digest == self.image.digest:
            return Done(digest_output(self.reference, found.digest))
        if found is not None and not self.back and self._is_older(found, world):
            what = f"`{self.reference}` leads to a newer image than {self.image}"
            raise ConflictError(
                what, hint=f"to go back on purpose: shipit rollback {self.environment} {self.image.version}"
            )
        return Todo()

    def _is_older(self, found: RemoteImage, world: World) -> bool:
        origin = Origin(self.image.revision, self.image.version)
        return bool(self.image.revision) and is_newer(found, origin, world)

    def apply(self, world: World) -> Outputs:
        fetch_commit_of(world.registry.find(self.reference), world)
        if isinstance(found := self.check(world), Todo):
            world.registry.tag(self.reference, self.image.digest)
            found = self.check(world)
        if isinstance(found, Todo):
            raise RemoteError(
                f"`{self.reference}` was moved to `{self.image.digest}`, but leads to another image in the registry",
                hint="run the same command again; if it fails again, check the registry",
                retryable=True,
            )
        return found.outputs

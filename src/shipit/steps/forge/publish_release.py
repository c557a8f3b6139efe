"""The step that publishes the draft of the release."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class PublishRelease(Struct, frozen=True):
    """Publish the draft of the release `tag`; `latest` is true if it is the highest stable version."""

    kind: ClassVar[str] = "publish-release"
    public: ClassVar[bool] = True
    tag: str
    latest: bool

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"publish release {self.tag}"

    def check(self, world: World) -> Done | Todo:
        found = world.forge.find_release(self.tag)
        return Done({"release-url": found.url}) if found and not found.draft else Todo()

    def apply(self, world: World) -> Outputs:
        return {"release-url": world.forge.publish(self.tag, latest=self.latest).url}

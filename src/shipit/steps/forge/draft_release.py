"""The step that makes a draft of the release on the forge.

It comes before the push, so that a problem with the release is found before the tag is public.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class DraftRelease(Struct, frozen=True):
    """Make a draft of the release `tag`, or update an earlier draft.

    Its target is `branch`, because the forge does not have the release commit yet.
    """

    kind: ClassVar[str] = "draft-release"
    public: ClassVar[bool] = False
    tag: str
    title: str
    body: str
    prerelease: bool
    branch: str | None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"draft release {self.title}"

    def check(self, world: World) -> Done | Todo:
        found = world.forge.find_release(self.tag)
        if found is None:
            return Todo()
        if found.draft and (found.title, found.body) != (self.title, self.body):
            return Todo("the draft of an earlier run is updated")
        return Done()

    def apply(self, world: World) -> Outputs:
        world.forge.create_draft(
            tag=self.tag, title=self.title, body=self.body, prerelease=self.prerelease, branch=self.branch
        )
        return {}

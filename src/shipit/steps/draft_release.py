"""Draft the release on the forge, so that everything that can fail fails before the tag is public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


@dataclass(frozen=True, slots=True)
class DraftRelease:
    """A draft for `tag`, targeting `branch`, because the forge does not know the release commit yet."""

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
            return Todo("a draft from an earlier try is brought up to date")
        return Done()

    def apply(self, world: World) -> Outputs:
        world.forge.create_draft(
            tag=self.tag, title=self.title, body=self.body, prerelease=self.prerelease, branch=self.branch
        )
        return {}

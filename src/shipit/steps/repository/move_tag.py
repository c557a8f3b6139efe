"""The step that moves a floating tag, such as `v1`, to a release."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.versions import TagFormat
from shipit.core.versions.floating_tags import floating_tag_target
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class MoveTag(Struct, frozen=True):
    """Move the floating tag `name` to the commit of the release `tag`, unless it belongs on a higher release.

    `format` is the tag format, which decides the releases that the floating tag can be on.
    """

    kind: ClassVar[str] = "move-tag"
    public: ClassVar[bool] = True
    name: str
    tag: str
    format: str

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def summary(self) -> str:
        return f"move tag {self.name} to {self.tag}"

    def check(self, world: World) -> Done | Todo:
        tags = world.git.remote_refs().tags
        if floating_tag_target(self.name, TagFormat(self.format), (*tags, self.tag)) != self.tag:
            return Done()  # it belongs on a higher release
        return Done() if self.tag in tags and tags.get(self.name) == tags[self.tag] else Todo()

    def apply(self, world: World) -> Outputs:
        commit = world.git.remote_refs().tags.get(self.tag)
        if commit is None:
            what = f"tag `{self.tag}` is not on the remote, so the floating tag `{self.name}` cannot be moved to it"
            raise ConflictError(what, hint="make a new plan: shipit plan")
        world.git.move_tag(self.name, commit)
        self._yield_to_higher(world)
        return {}

    def _yield_to_higher(self, world: World) -> None:
        """Move the tag to the highest release if this is another one.

        A run that makes a higher release can move the tag after `check` and before `move_tag`. Of both runs, the one
        that reads the tags last sees both releases and corrects the tag.
        """
        tags = world.git.remote_refs().tags
        highest = tags[floating_tag_target(self.name, TagFormat(self.format), tags) or self.tag]
        if tags.get(self.name) != highest:
            world.git.fetch()
            world.git.move_tag(self.name, highest)

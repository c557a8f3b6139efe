"""Let a floating tag follow a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.core.versions import TagFormat
from shipit.core.versions.floating_tags import floating_tag_target
from shipit.errors import ConflictError
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


@dataclass(frozen=True, slots=True)
class MoveTag:
    """Move the floating tag `name` to where `tag` is, unless a higher release of the same `format` holds it."""

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
            return Done()  # never backwards
        return Done() if self.tag in tags and tags.get(self.name) == tags[self.tag] else Todo()

    def apply(self, world: World) -> Outputs:
        commit = world.git.remote_refs().tags.get(self.tag)
        if commit is None:
            hint = "plan afresh: shipit plan"
            raise ConflictError(f"tag `{self.tag}` is not on the remote, so `{self.name}` cannot follow it", hint=hint)
        world.git.move_tag(self.name, commit)
        self._give_way(world)
        return {}

    def _give_way(self, world: World) -> None:
        """Let a higher release have the tag that moved it between the look and the move: whoever is last sees both."""
        tags = world.git.remote_refs().tags
        highest = tags[floating_tag_target(self.name, TagFormat(self.format), tags) or self.tag]
        if tags.get(self.name) != highest:
            world.git.fetch()
            world.git.move_tag(self.name, highest)

"""The optional step that labels released pull requests and issues."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.forge.comment_released import list_numbers
from shipit.steps.forge.each import for_each
from shipit.world import World


class LabelReleased(Struct, frozen=True):
    """Add the label `label` to each pull request or issue of `numbers`, which are in the release `tag`."""

    kind: ClassVar[str] = "label-released"
    public: ClassVar[bool] = True
    tag: str
    label: str
    numbers: tuple[int, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"label {list_numbers(self.numbers)}: {self.label}"

    def check(self, world: World) -> Done | Todo:
        return Done() if all(self._labelled(number, world) for number in self.numbers) else Todo()

    def apply(self, world: World) -> Outputs:
        for_each(self.numbers, lambda number: world.forge.add_label(number, self.label))
        return {}

    def _labelled(self, number: int, world: World) -> bool:
        try:
            return self.label in world.forge.labels(number)
        except RemoteError:  # `apply` meets the same error and reports it
            return False

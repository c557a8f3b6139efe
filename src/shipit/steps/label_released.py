"""Label pull requests and issues that are released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.errors import RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.comment_released import named
from shipit.steps.each import for_each
from shipit.world import World


@dataclass(frozen=True, slots=True)
class LabelReleased:
    """The label `label` on each of `numbers`, which are in the release `tag`."""

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
        return f"label {named(self.numbers)}: {self.label}"

    def check(self, world: World) -> Done | Todo:
        return Done() if all(self._labelled(number, world) for number in self.numbers) else Todo()

    def apply(self, world: World) -> Outputs:
        for_each(self.numbers, lambda number: world.forge.add_label(number, self.label))
        return {}

    def _labelled(self, number: int, world: World) -> bool:
        try:
            return self.label in world.forge.labels(number)
        except RemoteError:  # told when it is tried
            return False

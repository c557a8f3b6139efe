"""Tell pull requests and issues in which release they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shipit.core.notes import released_comment, released_mark
from shipit.errors import ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.each import for_each
from shipit.world import World


@dataclass(frozen=True, slots=True)
class CommentReleased:
    """One comment on each of `numbers`, with a link to the release `tag`."""

    kind: ClassVar[str] = "comment-released"
    public: ClassVar[bool] = True
    tag: str
    numbers: tuple[int, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"comment on {named(self.numbers)}: released in {self.tag}"

    def check(self, world: World) -> Done | Todo:
        return Done() if all(self._told(number, world) for number in self.numbers) else Todo()

    def apply(self, world: World) -> Outputs:
        release = world.forge.find_release(self.tag)
        if release is None:
            raise ConflictError(f"there is no release `{self.tag}` to tell of", hint="plan afresh: shipit plan")
        text = released_comment(self.tag, release.url)
        for_each(self.numbers, lambda number: world.forge.keep_comment(number, released_mark(self.tag), text))
        return {}

    def _told(self, number: int, world: World) -> bool:
        try:
            return world.forge.find_comment(number, released_mark(self.tag)) is not None
        except RemoteError:  # told when it is tried
            return False


def named(numbers: tuple[int, ...]) -> str:
    """The numbers as people write them, the first few by name."""
    shown = " ".join(f"#{number}" for number in numbers[:5])
    return f"{shown} and {len(numbers) - 5} more" if numbers[5:] else shown

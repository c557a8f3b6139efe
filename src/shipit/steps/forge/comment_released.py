"""The optional step that comments on pull requests and issues in which release they are."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.errors import ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.forge.each import for_each
from shipit.world import World


class CommentReleased(Struct, frozen=True):
    """Write one comment on each pull request or issue of `numbers`, with a link to the release `tag`."""

    kind: ClassVar[str] = "comment-released"
    public: ClassVar[bool] = True
    tag: str
    numbers: tuple[int, ...]

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.tag}"

    @property
    def summary(self) -> str:
        return f"comment on {list_numbers(self.numbers)}: released in {self.tag}"

    def check(self, world: World) -> Done | Todo:
        return Done() if all(self._has_comment(number, world) for number in self.numbers) else Todo()

    def apply(self, world: World) -> Outputs:
        from shipit.core.notes import released_comment, released_mark  # imported late: most plans have no such step

        release = world.forge.find_release(self.tag)
        if release is None:
            raise ConflictError(f"there is no release `{self.tag}` to link to", hint="make a new plan: shipit plan")
        text = released_comment(self.tag, release.url)
        for_each(self.numbers, lambda number: world.forge.keep_comment(number, released_mark(self.tag), text))
        return {}

    def _has_comment(self, number: int, world: World) -> bool:
        from shipit.core.notes import released_mark

        try:
            return world.forge.find_comment(number, released_mark(self.tag)) is not None
        except RemoteError:  # `apply` meets the same error and reports it
            return False


def list_numbers(numbers: tuple[int, ...]) -> str:
    """Return the first five of `numbers` in the form `#12`, and the number of the others.

    >>> list_numbers((12, 13))
    '#12 #13'
    >>> list_numbers((1, 2, 3, 4, 5, 6, 7))
    '#1 #2 #3 #4 #5 and 2 more'
    """
    shown = " ".join(f"#{number}" for number in numbers[:5])
    return f"{shown} and {len(numbers) - 5} more" if numbers[5:] else shown

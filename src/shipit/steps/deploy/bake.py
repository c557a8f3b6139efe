"""The watch over a version that serves, until the end of the bake time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from shipit.core import limits
from shipit.world import World

_EVERY = 1.0  # seconds


class Seen(Struct, frozen=True):
    """The result of one look at a version that serves.

    Args:
        problem: the reason why it does not serve well; empty if it does.
        final: True if waiting cannot help.
    """

    problem: str = ""
    final: bool = False


S = TypeVar("S", bound=Seen)


def watch(look: Callable[[], S], bake: float, world: World) -> S:
    """Look again and again for `bake` seconds or until the version failed, and return the last result.

    A final problem is a failure at once. Others are one only if three come in a row, because a single bad answer can be
    an accident.
    """
    end, bad = world.clock.elapsed() + bake, 0
    while True:
        seen = look()
        bad = bad + 1 if seen.problem else 0
        if seen.final or bad == limits.PUBLIC_TRIES:
            return seen
        left = end - world.clock.elapsed()
        if left <= 0 and not seen.problem:
            return seen
        world.clock.sleep(_EVERY if seen.problem else min(_EVERY, max(left, 0.01)))

"""Kill a run at each of its writes, run again, and look what became of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from shipit.testing.interrupt import Killed, When, interrupted, kill, recorded
from shipit.world import World

W = TypeVar("W", bound=World)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Crash(Generic[S]):
    """A run that was killed `when` its write number `at` was made, and the state after running again.

    `write` is the write's name, as `git.push`.
    """

    at: int
    when: When
    write: str
    state: S


def crash_matrix(
    new_world: Callable[[], W],
    run: Callable[[World], object],
    state: Callable[[W], S],
    resume: Callable[[W], W] = lambda world: world,
) -> Iterator[Crash[S]]:
    """Every crash of `run`: killed before and after each write that an uninterrupted run makes, then run again.

    Args:
        new_world: a world in its first state; called once for each crash.
        run: what is killed, and run again; given the world.
        state: what is compared of the world at the end.
        resume: where the second run happens, as in a fresh clone; the same world when unset.
    """
    world, writes = recorded(new_world())
    run(world)
    for at, write in enumerate(writes, 1):
        for when in ("before", "after"):
            yield Crash(at, when, write, _state_after(new_world(), at, when, run, state, resume))


def _state_after(
    world: W,
    at: int,
    when: When,
    run: Callable[[World], object],
    state: Callable[[W], S],
    resume: Callable[[W], W],
) -> S:
    try:
        run(interrupted(world, at, when, kill))
    except Killed:
        world = resume(world)
        run(world)
    return state(world)

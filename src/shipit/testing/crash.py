"""A test of a run's recovery: kill it at each of its writes, run it again, and compare the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from shipit.testing.interrupt import Killed, When, interrupted, kill, recorded
from shipit.world import World

_World = TypeVar("_World", bound=World)
_State = TypeVar("_State")


class Crash(Struct, Generic[_State], frozen=True):
    """A run that was killed at one write, and the state after the second run.

    Args:
        at: the number of the write, counted from 1.
        when: `before` or `after` the write.
        write: the name of the write: port and method, such as `git.push`.
        state: the state after the second run.
    """

    at: int
    when: When
    write: str
    state: _State


def crash_matrix(
    new_world: Callable[[], _World],
    run: Callable[[World], object],
    state: Callable[[_World], _State],
    resume: Callable[[_World], _World] = lambda world: world,
) -> Iterator[Crash[_State]]:
    """Yield two crashes for each write of an uninterrupted run: killed before the write, and killed after it.

    After each kill, `run` is called a second time without interruption.

    Args:
        new_world: returns a world in the initial state; called once for each crash.
        run: the function under test; its argument is the world.
        state: returns the part of the final world to compare.
        resume: returns the world for the second run, for example a fresh clone; by default the same world.
    """
    world, writes = recorded(new_world())
    run(world)
    for at, write in enumerate(writes, 1):
        for when in ("before", "after"):
            yield Crash(at, when, write, _state_after(new_world(), at, when, run, state, resume))


def _state_after(
    world: _World,
    at: int,
    when: When,
    run: Callable[[World], object],
    state: Callable[[_World], _State],
    resume: Callable[[_World], _World],
) -> _State:
    try:
        run(interrupted(world, at, when, kill))
    except Killed:
        world = resume(world)
        run(world)
    return state(world)

"""Run two releases in a fixed order: the first stops at a write until the second has gone on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from shipit.testing import interrupted
from shipit.world import World

Run = tuple[Callable[[World], object], World]


def interleave(first: Run, second: Run, at: int, until: int) -> list[BaseException]:
    """Run `first` to its write `at`, then `second` to its write `until`, then `first` to its end, then `second`.

    Only one of them runs at a time. Return the errors in which the runs ended. A run is a function and its world.
    """
    errors: list[BaseException] = []
    second_stands, first_ended = threading.Event(), threading.Event()

    def guarded(run: Callable[[World], object], world: World, ended: threading.Event) -> None:
        try:
            run(world)
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    def stand_still() -> None:
        second_stands.set()
        first_ended.wait()

    world = interrupted(second[1], until, "before", stand_still)
    other = threading.Thread(target=guarded, args=(second[0], world, second_stands))

    def let_the_other_run() -> None:
        other.start()
        second_stands.wait()

    guarded(first[0], interrupted(first[1], at, "before", let_the_other_run), first_ended)
    other.join()
    return errors

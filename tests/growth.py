"""How the work of a function grows with its input: by its calls, or by the time of the processor where C does the work."""

from __future__ import annotations

import gc
import math
import sys
import time
from collections.abc import Callable
from types import FrameType

SURELY_LINEAR = 2.2
PAUSES = (*[0.0] * 12, 0.1, 0.4, 1.0, 2.0, 4.0)  # seconds before each measurement, as long as they all say more


def calls(work: Callable[[], object]) -> int:
    """Return how many functions `work` calls, those of C included."""
    count = 0

    def counting(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """Return how many times the calls of `work(size)` the work of twice the size makes; about 2 when it is linear."""
    once, twice = work(size), work(2 * size)
    once()  # what is compiled or loaded when first used does not count
    return calls(twice) / calls(once)


def time_growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """Return how many times the time for `size` doubling the size takes; about 2 when it is linear, 4 when quadratic.

    It is the mean of three doublings. Only the time of this thread counts, and a disturbed measurement is repeated, at
    last after pauses, so that a busy machine changes nothing.
    """
    small, large = work(size), work(8 * size)
    small()  # what is compiled or loaded when first used does not count
    least = math.inf
    for pause in PAUSES:
        time.sleep(pause)
        least = min(least, _doubling(small, large, 20 if pause else 1))
        if least <= SURELY_LINEAR:
            break
    return least


def _doubling(small: Callable[[], object], large: Callable[[], object], times: int) -> float:
    """Return the growth for one doubling, from the best of `times` large runs: a long one is disturbed more easily."""
    once = min(_time(small) for _ in range(5))
    return math.cbrt(min(_time(large) for _ in range(times)) / once)


def best_time(work: Callable[[], object]) -> float:
    """Return the time of this thread for `work`, in seconds; once more if it seems long."""
    first = _time(work)
    return first if first < 1e-4 else min(first, _time(work))


def _time(work: Callable[[], object]) -> float:
    gc.disable()
    before = time.thread_time()
    try:
        work()
        return max(time.thread_time() - before, 1e-6)
    finally:
        gc.enable()

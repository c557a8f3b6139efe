"""How the work of a function grows with its input, without a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


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

"""A clock that is faster than that of the machine."""

from __future__ import annotations

import datetime as dt
import time

from shipit.testing.clock import FakeClock

SPEED = 10


class HurriedClock(FakeClock):
    """The time of this machine, which passes `speed` times as fast since the machine was started."""

    def __init__(self, speed: int = SPEED) -> None:
        super().__init__()
        self._speed = speed

    def today(self) -> dt.date:
        return self.now().date()

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def elapsed(self) -> float:
        return time.monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._speed)

"""A clock for tests, whose time advances only when a test or a run asks for it."""

from __future__ import annotations

import datetime as dt


class FakeClock:
    """A clock that starts at noon of `date` (UTC).

    It advances by one second with each commit and tag, and by the time that a run sleeps, which takes no time.
    """

    def __init__(self, date: dt.date = dt.date(2024, 1, 1)) -> None:
        self._start = self._now = dt.datetime.combine(date, dt.time(12), dt.UTC)

    def today(self) -> dt.date:
        return self._now.date()

    def now(self) -> dt.datetime:
        return self._now

    def elapsed(self) -> float:
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)

    def tick(self) -> int:
        """Advance by one second and return the time, in seconds since the epoch."""
        self.sleep(1)
        return int(self._now.timestamp())

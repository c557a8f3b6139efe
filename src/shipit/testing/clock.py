"""Time that passes only when something is made."""

from __future__ import annotations

import datetime as dt


class FakeClock:
    """A clock that stands at noon of `date` (UTC) and goes on by one second with each commit and tag."""

    def __init__(self, date: dt.date = dt.date(2024, 1, 1)) -> None:
        self._now = dt.datetime.combine(date, dt.time(12), dt.UTC)

    def today(self) -> dt.date:
        return self._now.date()

    def tick(self) -> int:
        """One second later, in seconds since the epoch."""
        self._now += dt.timedelta(seconds=1)
        return int(self._now.timestamp())

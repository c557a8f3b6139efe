"""A clock for tests, whose time advances only when a commit or a tag is created."""

from __future__ import annotations

import datetime as dt


class FakeClock:
    """A clock that starts at noon of `date` (UTC) and advances by one second with each commit and tag."""

    def __init__(self, date: dt.date = dt.date(2024, 1, 1)) -> None:
        self._now = dt.datetime.combine(date, dt.time(12), dt.UTC)

    def today(self) -> dt.date:
        return self._now.date()

    def tick(self) -> int:
        """Advance by one second and return the time, in seconds since the epoch."""
        self._now += dt.timedelta(seconds=1)
        return int(self._now.timestamp())

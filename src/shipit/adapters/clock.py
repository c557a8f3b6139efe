"""The system's clock."""

from __future__ import annotations

import datetime as dt
import time


class SystemClock:
    """The clock of this machine."""

    def today(self) -> dt.date:
        """Return the current date in UTC, so that the date of a release does not depend on the time zone."""
        return self.now().date()

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def elapsed(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

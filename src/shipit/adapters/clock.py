"""The system's clock."""

from __future__ import annotations

import datetime as dt


class SystemClock:
    """The clock of this machine."""

    def today(self) -> dt.date:
        """Return the current date in UTC, so that the date of a release does not depend on the time zone."""
        return dt.datetime.now(dt.UTC).date()

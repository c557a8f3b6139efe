"""The date of a release."""

from __future__ import annotations

import datetime as dt


class SystemClock:
    def today(self) -> dt.date:
        """Today in UTC, so that a release has one date wherever it is made."""
        return dt.datetime.now(dt.UTC).date()

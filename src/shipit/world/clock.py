"""The port to the clock."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """The source of the current date and time, and the way to wait."""

    def today(self) -> dt.date:
        """Return the current date in UTC."""

    def now(self) -> dt.datetime:
        """Return the current time in UTC."""

    def elapsed(self) -> float:
        """Return the seconds since some fixed moment; only the difference of two calls has a meaning."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

"""Durations as users write them: a whole number with a unit, such as `90s`, or a number of seconds.

>>> seconds("90s"), seconds("2m"), seconds("500ms"), seconds(90)
(90.0, 120.0, 0.5, 90.0)
"""

from __future__ import annotations

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(written: str | int) -> float:
    """Return a duration in seconds. The units are `ms`, `s`, `m` and `h`; a number has none, and is in seconds."""
    if isinstance(written, int):
        return float(written)
    number = written.rstrip("hms")
    return int(number) * _UNITS[written[len(number) :]]

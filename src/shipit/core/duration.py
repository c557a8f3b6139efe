"""Durations as users write them: a whole number with a unit, such as `90s`.

>>> seconds("90s"), seconds("2m"), seconds("500ms")
(90.0, 120.0, 0.5)
"""

from __future__ import annotations

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """Return a duration in seconds. The units are `ms`, `s`, `m` and `h`."""
    number = text.rstrip("hms")
    return int(number) * _UNITS[text[len(number) :]]

"""Numbers from times and durations.

>>> spread([60, 120, 600])
Spread(count=3, median=120.0, p90=600.0)
>>> spread([]) is None
True
>>> DAY = 86_400
>>> frequency([0, 10 * DAY, 20 * DAY], None, 28 * DAY)
Frequency(count=3, days=28.0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from shipit.plan.report.model import Frequency, Spread

DAY = 86_400
_WEEK = 7  # days; a frequency in a shorter time says nothing


def spread(durations: Iterable[float]) -> Spread | None:
    """Return the median and the 90th percentile of durations; None without one.

    The median of an even number of durations is the mean of the two in the middle. The percentile is the smallest
    duration that at least nine of ten do not exceed (nearest rank).
    """
    ordered = sorted(durations)
    count = len(ordered)
    if not count:
        return None
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return Spread(count, middle, float(ordered[(count * 9 + 9) // 10 - 1]))


def frequency(times: Sequence[int], since: int | None, until: int) -> Frequency | None:
    """Return the number of events after `since`, and the days in which they are counted; None for less than a week.

    The days begin with `since` if an event was earlier, else with the first event: before it, nothing could happen.

    Args:
        times: the times of all events, also of those before `since`.
        since: the beginning of the report; None for the whole history.
        until: its end.
    """
    counted = [time for time in times if since is None or time >= since]
    if not times:
        return None
    begin = since if since is not None and min(times) < since else min(counted)
    days = (until - begin) / DAY
    return Frequency(len(counted), days) if days >= _WEEK else None


def intervals(times: Iterable[int]) -> list[int]:
    """Return the times between events that follow each other."""
    ordered = sorted(times)
    return [later - earlier for earlier, later in pairwise(ordered)]

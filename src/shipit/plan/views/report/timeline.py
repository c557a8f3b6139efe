"""The time line of a report: a lane of bars for the releases of each package, and one for each environment.

Positions are in thousandths of the width.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from shipit.plan.report import DAY, DeploymentFigures, EnvironmentFigures, PackageFigures, Report
from shipit.plan.views.report.values import day, minute, outcome
from shipit.plan.views.report.words import Words

WIDTH, HEIGHT = 1000, 40
_MONTHS = (1, 3, 12)  # in a bar
_BUCKETS = {1: "month", 3: "quarter", 12: "year"}
_BARS = 61  # of months or quarters, so that five years still have a bar for each month
_NARROWEST = 2.0  # so that a deployment that served for minutes is seen


class Bar(Struct, frozen=True):
    """A rectangle: its left edge, its upper edge, its size, the style that it has, and its title."""

    x: float
    y: float
    width: float
    height: float
    style: str
    title: str


class Lane(Struct, frozen=True):
    """A row of the time line."""

    label: str
    bars: tuple[Bar, ...]


class TimeLine(Struct, frozen=True):
    """The lanes, and the days at the edges and in the middle; `marks` is True if a lane marks failures."""

    lanes: tuple[Lane, ...]
    days: tuple[str, str, str]
    marks: bool


class _Scale(Struct, frozen=True):
    """The time from `begin` to `end` over the width."""

    begin: int
    end: int

    def x(self, time: int) -> float:
        share = (time - self.begin) / (self.end - self.begin)
        return round(min(max(share, 0), 1) * WIDTH, 1)


def time_line(report: Report, words: Words) -> TimeLine | None:
    """Return the time line of a report; None if it has nothing to show."""
    times = [release.at for package in report.packages for release in package.releases]
    times += [each.started for environment in report.environments for each in environment.deployments]
    if not times:
        return None
    begin = min(times) if report.since is None else report.since
    end = max(report.until, *times, begin + DAY)
    scale = _Scale(begin, end)
    lanes = [_releases(package, scale, words) for package in report.packages if package.releases]
    lanes += [_served(each, scale, report.until, words) for each in report.environments if each.deployments]
    marks = any(bar.style == "bad" for lane in lanes for bar in lane.bars)
    return TimeLine(tuple(lanes), (day(begin), day((begin + end) // 2), day(end)), marks)


def _releases(package: PackageFigures, scale: _Scale, words: Words) -> Lane:
    """Return a lane with a bar for the number of releases in each month, quarter or year."""
    months = _month(scale.end) - _month(scale.begin) + 1
    size = next((size for size in _MONTHS if months / size <= _BARS), _MONTHS[-1])
    counts = Counter(_month(release.at) // size for release in package.releases)
    highest = max(counts.values())
    bars = []
    for bucket, count in sorted(counts.items()):
        left, right = scale.x(_start(bucket * size)), scale.x(_start((bucket + 1) * size))
        height = round(max(count / highest * HEIGHT, 3), 1)
        title = f"{_name(bucket * size, size)}: {count}"
        bars.append(Bar(left, HEIGHT - height, max(right - left - 1, _NARROWEST), height, "release", title))
    label = words["lane-releases"].format(bucket=words[_BUCKETS[size]])
    label = f"{package.name}: {label}" if package.name else label
    return Lane(label, tuple(bars))


def _served(environment: EnvironmentFigures, scale: _Scale, until: int, words: Words) -> Lane:
    """Return a lane with a bar for the time in which each version served, and a mark for each failure."""
    label = words["lane-environment"].format(name=environment.name)
    return Lane(label, tuple(_bars(environment.deployments, scale, until, words)))


def _bars(deployments: Sequence[DeploymentFigures], scale: _Scale, until: int, words: Words) -> Iterator[Bar]:
    marks: list[Bar] = []
    for number, each in enumerate(reversed(deployments)):
        end = until if each.outcome == "serving" else each.ended
        if each.verified is not None and end is not None and end >= scale.begin:
            left, right = scale.x(each.verified), scale.x(end)
            until_when = words["now"] if each.outcome == "serving" else minute(end)
            title = f"{each.version}: {minute(each.verified)} – {until_when}"
            yield Bar(left, 8, max(right - left - 1, _NARROWEST), HEIGHT - 8, "odd" if number % 2 else "even", title)
        if each.outcome in ("failed", "rolled-back"):
            title = f"{each.version}: {outcome(each, words)}, {minute(each.started)}"
            marks.append(Bar(scale.x(each.started) - 1.5, 0, 3, HEIGHT, "bad", title))
    yield from marks


def _month(time: int) -> int:
    """Return the number of a month, counted from January of the year 0."""
    date = dt.datetime.fromtimestamp(time, dt.UTC)
    return date.year * 12 + date.month - 1


def _start(month: int) -> int:
    return int(dt.datetime(min(month // 12, 9999), month % 12 + 1, 1, tzinfo=dt.UTC).timestamp())


def _name(month: int, size: int) -> str:
    """Return the name of the bar that begins with a month.

    >>> _name(2026 * 12, 1), _name(2026 * 12 + 3, 3), _name(2026 * 12, 12)
    ('2026-01', '2026 Q2', '2026')
    """
    year = month // 12
    return {1: f"{year}-{month % 12 + 1:02}", 3: f"{year} Q{month % 12 // 3 + 1}", 12: f"{year}"}[size]

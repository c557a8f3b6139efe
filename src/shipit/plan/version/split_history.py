"""Reading a long history in two parts, at a release that all later commits descend from.

Used only to read the parts in two processes: `PastReleases.whole` gives the same releases in one part.
"""

from __future__ import annotations

from contextlib import closing
from itertools import chain

from shipit.core.history import Columns, Log, attribute, columns
from shipit.core.history.scan import HistoryScan
from shipit.core.versions import Tag
from shipit.plan.version.past_releases import LazyRelease, PastReleases

# A history with fewer releases is not worth splitting.
_FEWEST_RELEASES = 200
# A split point is tested from this many releases after it, and this many are tested.
_RELEASES_AHEAD = 10
_TRIALS = 3


def split_point(past: PastReleases) -> Tag | None:
    """Return the release near the middle where a long history can most likely be split, as seen from nearby."""
    if len(past.tags) < _FEWEST_RELEASES:
        return None
    half = len(past.tags) // 2
    near = past.tags[half - _RELEASES_AHEAD].commit
    return next((tag for tag in past.tags[half : half + _TRIALS] if _splits_nearby(past, near, tag)), None)


def releases_up_to(past: PastReleases, middle: Tag) -> list[LazyRelease] | None:
    """Return the releases up to `middle`; None when another release behind it has a higher version."""
    scan = HistoryScan(past.rules)
    with closing(past.git.log([middle.commit])) as log:
        for part in columns(log):
            scan.add(part)
    spans = attribute(scan.log, past.tags)
    highest = next(span.tag for span in spans if span.tag)
    return past.lazy_releases(spans, scan) if highest == middle else None


def releases_after(past: PastReleases, middle: Tag) -> tuple[list[LazyRelease], bool]:
    """Return the releases after `middle` and True; all releases and False when history cannot be split there.

    Together with `releases_up_to` they are the same as `PastReleases.whole`: earlier releases contain everything
    behind `middle`, so later releases differ only by what comes after it, and git lists all of that first.
    """
    scan, is_split = _scan_down_to(past, middle)
    if not is_split:
        return past.lazy_releases(attribute(scan.log, past.tags), scan), False
    scan.add(Columns([middle.commit], [""], [""], [""], [""]))
    tags = [tag for tag in past.tags if tag.commit != middle.commit or tag == middle]
    *later, _ = attribute(scan.log, tags)
    return past.lazy_releases(later, scan), True


def _scan_down_to(past: PastReleases, middle: Tag) -> tuple[HistoryScan, bool]:
    """Return the commits after `middle` and True; the whole history and False when it cannot be split there."""
    scan = HistoryScan(past.rules)
    with closing(past.git.log([past.rev])) as log:
        for part in columns(log):
            newer, older = part.split_at(middle.commit)
            scan.add(newer)
            if older.ids and _splits(past, scan.log, middle):
                return scan, True
            scan.add(older)
    return scan, False


def _splits_nearby(past: PastReleases, near: str, middle: Tag) -> bool:
    """Return whether the commits between `middle` and the commit `near` let history be split at `middle`."""
    log = Log()
    for part in columns(past.git.log([near], [middle.commit])):
        log.add(part)
    return _splits(past, log, middle)


def _splits(past: PastReleases, log: Log, middle: Tag) -> bool:
    """Return whether all lines of `log` lead to `middle` and to no other commit, and `log` has no lower version.

    Such a log contains no commit behind `middle`, even when clocks were wrong: a line from there would lead to a
    root commit.
    """
    parents = set(chain.from_iterable(log.nonlinear_parents().values()))
    if "" in log.parents or parents.difference(log.ids) != {middle.commit}:
        return False
    lower = past.tags[past.tags.index(middle) + 1 :]
    return {tag.commit for tag in lower}.isdisjoint(log.ids)

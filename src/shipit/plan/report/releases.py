"""The figures of the releases of a package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from msgspec import Struct

from shipit.core import limits
from shipit.core.commits import RawCommit
from shipit.plan.report.figures import DAY, frequency, intervals, spread
from shipit.plan.report.model import Gap, PackageFigures, ReleaseFigures, Waiting


class PastRelease(Struct, frozen=True):
    """A release as git has it.

    Args:
        version: its version.
        tag: its tag.
        commit: the commit of the tag.
        at: the time of the tag; 0 if git has none.
        authored: the times of its commits, without merges and release commits; None if the clone lacks some of them.
    """

    version: str
    tag: str
    commit: str
    at: int
    authored: Sequence[int] | None


class PackageHistory(Struct, frozen=True):
    """The past of a package.

    Args:
        name: the name of the package; empty if the whole repository has one version.
        releases: its stable releases, the highest version first.
        unreleased: the commits of the branch that no release contains, newest first; None if the clone lacks some.
        prereleases: the number of its pre-releases.
        releasing: the commits of tags, of any package, that are release commits, also of other tools.
    """

    name: str
    releases: tuple[PastRelease, ...] = ()
    unreleased: tuple[RawCommit, ...] | None = ()
    prereleases: int = 0
    releasing: Set[str] = frozenset()


def package_figures(history: PackageHistory, since: int | None, until: int) -> PackageFigures:
    """Return the figures of the releases of a package from `since` to `until`."""
    dated = [each for each in history.releases if is_dated(each.at, until)]
    shown = sorted((each for each in dated if since is None or each.at >= since), key=lambda each: -each.at)
    return PackageFigures(
        history.name,
        tuple(map(_release, shown)),
        frequency([each.at for each in dated], since, until),
        spread(intervals(each.at for each in shown)),
        spread(duration for each in shown for duration in lead_times(each.authored or (), each.at)),
        None if history.unreleased is None else waiting_commits(history.unreleased),
    )


def package_gaps(history: PackageHistory, since: int | None, until: int) -> Iterator[Gap]:
    """Yield the data that the figures of a package leave out."""
    if not history.releases:
        yield Gap("no-release", history.name)
    if history.prereleases:
        yield Gap("pre-releases", history.name, history.prereleases)
    undated = [each for each in history.releases if not is_dated(each.at, until)]
    if undated:
        yield Gap("undated-releases", history.name, len(undated))
    shown = [each for each in history.releases if each not in undated and (since is None or each.at >= since)]
    commits = sum(len(each.authored or ()) - len(lead_times(each.authored or (), each.at)) for each in shown)
    if commits:
        yield Gap("undated-commits", history.name, commits)


def lead_times(authored: Sequence[int], at: int) -> list[int]:
    """Return the times from commits to the time `at`, without the commits whose time is missing or later than `at`.

    >>> lead_times([100, 0, 300], 200)
    [100]
    """
    return [at - time for time in authored if 0 < time <= at]


def is_dated(at: int, until: int) -> bool:
    """Return whether the time of a tag can be true: it is not missing, and not more than a day after `until`."""
    return 0 < at <= until + DAY


def waiting_commits(commits: Sequence[RawCommit]) -> Waiting:
    """Return the number of `commits`, which are the newest first, the oldest of their times, and the newest of them."""
    oldest = min((commit.timestamp for commit in commits if commit.timestamp > 0), default=None)
    return Waiting(len(commits), oldest, tuple(commits[: limits.REPORT_WAITING]))


def _release(release: PastRelease) -> ReleaseFigures:
    if release.authored is None:
        return ReleaseFigures(release.version, release.tag, release.at, None)
    lead = spread(lead_times(release.authored, release.at))
    return ReleaseFigures(release.version, release.tag, release.at, len(release.authored), lead)

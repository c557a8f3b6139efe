"""The figures of a report, as data. Times are in seconds since the epoch (UTC), and durations in seconds."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from shipit.core.commits import RawCommit

Outcome = Literal["serving", "replaced", "rolled-back", "failed", "unfinished"]
"""The result of a deployment. `serving` and `replaced` are successes; `unfinished` is not counted."""

GapCode = Literal[
    "shallow",
    "no-commit",
    "no-release",
    "pre-releases",
    "undated-commits",
    "undated-releases",
    "no-environment",
    "no-hosts",
    "unreachable",
    "no-record",
    "by-forge",
    "forge",
    "full-record",
    "undated-events",
    "unknown-commits",
    "first-deployment",
]
DeploymentKind = Literal["deployment", "way-back", "adopted"]
"""`way-back` brought an earlier version back; `adopted` served before shipit deployed there. Neither is counted."""


class Gap(Struct, frozen=True):
    """Data that the report lacks, and so what its figures leave out.

    Args:
        code: the kind of the data.
        where: the package, the environment or the place that lacks it; empty for the whole repository.
        number: the number of things that are left out; 0 if they cannot be counted.
        why: the reason in the words of a port; empty if `code` says everything.
    """

    code: GapCode
    where: str = ""
    number: int = 0
    why: str = ""


class Spread(Struct, frozen=True):
    """Durations in two numbers: half of them are at most `median`, and nine of ten at most `p90`."""

    count: int
    median: float
    p90: float


class Frequency(Struct, frozen=True):
    """The number of events in a time of `days` days."""

    count: int
    days: float

    @property
    def per_week(self) -> float:
        """The number of events in a week of the average."""
        return self.count * 7 / self.days


class ReleaseFigures(Struct, frozen=True):
    """A release.

    Args:
        version: its version.
        tag: its tag.
        at: the time of the tag.
        commits: the number of its commits, without merges and release commits; None if the clone lacks some of them.
        lead: the times from its commits to the tag; None if no commit can be counted.
    """

    version: str
    tag: str
    at: int
    commits: int | None
    lead: Spread | None = None


class Waiting(Struct, frozen=True):
    """Commits that wait for a release or a deployment: their number, the oldest time, and the newest ones."""

    count: int = 0
    oldest: int | None = None
    newest: tuple[RawCommit, ...] = ()


class PackageFigures(Struct, frozen=True):
    """The releases of a package in the time of the report, newest first.

    Args:
        name: the name of the package; empty if the whole repository has one version.
        releases: the releases.
        frequency: the number of the releases and the time that they are counted in; None for less than a week.
        interval: the times between two releases in a row; None for fewer than two.
        lead: the times from all commits to their release; None if no commit can be counted.
        waiting: the commits of the branch that no release contains; None if the clone lacks some of them.
    """

    name: str
    releases: tuple[ReleaseFigures, ...] = ()
    frequency: Frequency | None = None
    interval: Spread | None = None
    lead: Spread | None = None
    waiting: Waiting | None = None


class DeploymentFigures(Struct, frozen=True):
    """A deployment to all places of an environment.

    Args:
        version: the version of its image.
        revision: the commit of its image; empty if it is not known.
        started: the time when it began.
        outcome: its result.
        verified: the time when its image was verified everywhere; None if it never was.
        ended: the time when another image was verified, or when it was rejected; None if it serves or never served.
        restored: for a deployment that failed or was rolled back after it got traffic, the time from `started` until
            an image was verified to serve again; None for others, and if this is not known.
        by: the run.
        why: the reason of a rejection.
        kind: `deployment`, or another event that is shown and not counted.
    """

    version: str
    revision: str
    started: int
    outcome: Outcome
    verified: int | None = None
    ended: int | None = None
    restored: int | None = None
    by: str = ""
    why: str = ""
    kind: DeploymentKind = "deployment"


class Failures(Struct, frozen=True):
    """The number of the deployments with a known result, of those that failed, and of those that were rolled back."""

    finished: int
    failed: int
    rolled_back: int

    @property
    def share(self) -> float:
        """The share of the deployments that failed or were rolled back, from 0 to 1."""
        return (self.failed + self.rolled_back) / self.finished


class EnvironmentFigures(Struct, frozen=True):
    """The deployments to an environment in the time of the report, newest first.

    Args:
        name: the name of the environment.
        deployments: the deployments, also those that brought an earlier version back.
        frequency: the number of deployments that served and the time that they are counted in; None for less than a
            week.
        lead: the times from commits to their first deployment that served; None if no commit can be counted.
        from_release: the times from the tags of releases to their first deployment that served; None without one.
        failures: the results; None without a deployment whose result is known.
        restore: the times to restore after deployments that failed; None without one.
        waiting: the commits of the branch that do not serve; None if it is not known what serves.
        releases_waiting: the tags of the releases that are newer than the one that serves; None if this is not known.
    """

    name: str
    deployments: tuple[DeploymentFigures, ...] = ()
    frequency: Frequency | None = None
    lead: Spread | None = None
    from_release: Spread | None = None
    failures: Failures | None = None
    restore: Spread | None = None
    waiting: Waiting | None = None
    releases_waiting: tuple[str, ...] | None = None

    @property
    def serving(self) -> DeploymentFigures | None:
        """The deployment that serves now, as the records say; None if none does."""
        return next((each for each in self.deployments if each.outcome == "serving"), None)


class Report(Struct, frozen=True):
    """The releases and the deployments of a repository from `since` to `until`.

    Args:
        project: the name of the repository; empty if it has no web page.
        since: the beginning; None for the whole history.
        until: the time of the report.
        packages: the releases of each package.
        environments: the deployments to each environment.
        gaps: the data that is missing.
    """

    project: str
    since: int | None
    until: int
    packages: tuple[PackageFigures, ...] = ()
    environments: tuple[EnvironmentFigures, ...] = ()
    gaps: tuple[Gap, ...] = ()

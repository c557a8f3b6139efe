"""The figures of the deployments to an environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec import Struct, field
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.commits import RawCommit
from shipit.core.deploy import DeployRecord, machine
from shipit.plan.report.deployments import deployments, undated_events
from shipit.plan.report.figures import frequency, spread
from shipit.plan.report.model import DeploymentFigures, EnvironmentFigures, Failures, Gap
from shipit.plan.report.releases import PackageHistory, lead_times, waiting_commits


class PlaceRecord(Struct, frozen=True):
    """The record of an app in a place; None with the reason if it cannot be read."""

    host: str
    app: str
    record: DeployRecord | None
    problem: str = ""

    @property
    def name(self) -> str:
        """The app and the place, for people."""
        return f"{self.app}, {machine(self.host)}"


class ServedCommits(Struct, frozen=True):
    """The commits behind the deployments of an environment, as far as the clone has them.

    Args:
        authored: for the commit of an image, the times of the commits that no earlier image contained.
        unknown: the commits of images that the clone lacks.
        waiting: the commits of the branch that the image which serves lacks, newest first; None if that is not known.
        releases: the tags of the releases in the image that serves; None if that is not known.
    """

    authored: Mapping[str, Sequence[int]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    waiting: tuple[RawCommit, ...] | None = None
    releases: frozenset[str] | None = None


class EnvironmentRecords(Struct, frozen=True):
    """The records of an environment in all its places. `known` are all deployments that they name, oldest first.

    `by_forge` is True if they come from the forge, and `problem` the reason why it cannot be read; empty if it can, or
    if it was not asked.
    """

    name: str
    places: tuple[PlaceRecord, ...]
    known: tuple[DeploymentFigures, ...] = ()
    by_forge: bool = False
    problem: str = ""

    @classmethod
    def of(
        cls, name: str, places: Sequence[PlaceRecord], shown: DeployRecord | None = None, problem: str = ""
    ) -> EnvironmentRecords:
        """Return the records with the deployments that they name, or with those that the forge has `shown`."""
        if shown is None:
            known = deployments([place.record for place in places if place.record])
            return cls(name, tuple(places), tuple(known), problem=problem)
        # A forge does not say whether a deployment that failed had traffic, so there may have been nothing to restore.
        known = [replace(each, restored=None) if each.outcome == "failed" else each for each in deployments([shown])]
        return cls(name, tuple(places), tuple(known), by_forge=True)

    @property
    def revisions(self) -> tuple[str, ...]:
        """The commits of the images that served, each once, in the order of their first deployments."""
        served = sorted((each for each in self.known if each.verified is not None), key=lambda each: each.verified or 0)
        return tuple(dict.fromkeys(each.revision for each in served if each.revision))

    @property
    def serving(self) -> DeploymentFigures | None:
        """The deployment that serves now, as the records say; None if this is not known."""
        return next((each for each in reversed(self.known) if each.outcome == "serving"), None)


def environment_figures(
    records: EnvironmentRecords,
    served: ServedCommits,
    histories: Sequence[PackageHistory],
    since: int | None,
    until: int,
) -> EnvironmentFigures:
    """Return the figures of the deployments to an environment from `since` to `until`."""
    shown = [each for each in records.known if _begun(each, since) or each.outcome == "serving"]
    counted = [each for each in records.known if each.kind == "deployment" and each.verified is not None]
    return EnvironmentFigures(
        records.name,
        tuple(reversed(shown)),
        frequency([each.started for each in counted], since, until),
        spread(_lead_times(counted, since, served)),
        spread(_from_release(counted, since, histories)),
        _failures(records.known, since),
        spread(each.restored for each in records.known if each.restored is not None and _begun(each, since)),
        None if served.waiting is None else waiting_commits(served.waiting),
        None if served.releases is None else _newer_releases(served.releases, histories),
    )


def environment_gaps(records: EnvironmentRecords, served: ServedCommits) -> Iterator[Gap]:
    """Yield the data that the figures of an environment leave out."""
    if not records.places:
        yield Gap("no-hosts", records.name)
    if records.by_forge:
        yield Gap("by-forge", records.name)
    if records.problem:
        yield Gap("forge", records.name, why=records.problem)
    for place in records.places:
        where = f"{records.name}: {place.name}"
        if place.record is None:
            yield Gap("unreachable", where, why=place.problem)
        elif not place.record.events:
            yield Gap("no-record", where)
        else:
            if len(place.record.events) >= limits.DEPLOY_EVENTS:
                yield Gap("full-record", where, len(place.record.events))
            if undated := undated_events(place.record):
                yield Gap("undated-events", where, undated)
    if served.unknown:
        yield Gap("unknown-commits", records.name, len(served.unknown))
    if any(each.verified is not None for each in records.known):
        yield Gap("first-deployment", records.name)


def _failures(known: Sequence[DeploymentFigures], since: int | None) -> Failures | None:
    """Return the results of the deployments that began after `since`; None if no result is known."""
    results = [each.outcome for each in known if each.kind == "deployment" and _begun(each, since)]
    finished = len(results) - results.count("unfinished")
    return Failures(finished, results.count("failed"), results.count("rolled-back")) if finished else None


def _begun(deployment: DeploymentFigures, since: int | None) -> bool:
    return since is None or deployment.started >= since


def _lead_times(counted: Sequence[DeploymentFigures], since: int | None, served: ServedCommits) -> Iterator[int]:
    """Yield the times from commits to their first deployment that served."""
    for each in _firsts(counted, since):
        yield from lead_times(served.authored.get(each.revision, ()), each.verified or 0)


def _from_release(
    counted: Sequence[DeploymentFigures], since: int | None, histories: Sequence[PackageHistory]
) -> Iterator[int]:
    """Yield the times from the tags of releases to their first deployment that served.

    A deployment is that of a release if its image was built from the commit of the tag, or, in a repository of one
    version, if it has the version of the release.
    """
    releases = [release for history in reversed(histories) for release in reversed(history.releases)]
    by_commit = {release.commit: release for release in releases}
    by_version = {release.version: release for release in releases} if len(histories) == 1 else {}
    for each in _firsts(counted, since):
        release = by_commit.get(each.revision) or by_version.get(each.version)
        if release and each.verified and 0 < release.at <= each.verified:
            yield each.verified - release.at


def _firsts(counted: Sequence[DeploymentFigures], since: int | None) -> Iterator[DeploymentFigures]:
    """Yield the first deployment of each image, if it began after `since`."""
    seen: set[tuple[str, str]] = set()
    for each in sorted(counted, key=lambda each: each.verified or 0):
        image = (each.revision, each.version)
        if image not in seen and _begun(each, since):
            yield each
        seen.add(image)


def _newer_releases(contained: Set[str], histories: Sequence[PackageHistory]) -> tuple[str, ...]:
    """Return the tags of the releases that are higher than those in `contained`, the highest of each package first."""
    newer: list[str] = []
    for history in histories:
        names = [release.tag for release in history.releases]
        known = next((at for at, name in enumerate(names) if name in contained), len(names))
        newer += names[:known]
    return tuple(newer)

"""The records of an environment, and the commits behind its deployments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import closing
from itertools import chain

from shipit.config.model import Config
from shipit.core.commits import RawCommit
from shipit.core.deploy import DeployRecord
from shipit.core.history import records as commits_in
from shipit.deploy import AnyTarget
from shipit.errors import ShipitError
from shipit.plan.deploy import deploy_targets
from shipit.plan.report.environments import EnvironmentRecords, PlaceRecord, ServedCommits
from shipit.plan.report.observe import is_change
from shipit.plan.report.releases import PackageHistory
from shipit.plan.report.shown import record_of
from shipit.steps.deploy import read_record
from shipit.world import Git, World


def observe_records(world: World, config: Config, environment: str) -> EnvironmentRecords:
    """Return the records of the deployments to an environment. Only reads; a place that does not answer is a gap.

    If a place has no record, the deployments that the forge shows are read instead.

    Args:
        world: the ports.
        config: the configuration.
        environment: the name of an environment with targets.
    """
    targets = deploy_targets(config, environment)
    places = [_place(world, target, host) for target in targets for host in target.config.hosts]
    if places and all(place.record and place.record.events for place in places):
        return EnvironmentRecords.of(environment, places)
    shown, problem = _shown(world, environment)
    return EnvironmentRecords.of(environment, places, shown, problem)


def _place(world: World, target: AnyTarget, host: str) -> PlaceRecord:
    try:
        return PlaceRecord(host, target.app, read_record(world.place(host), target.record_path))
    except ShipitError as error:
        return PlaceRecord(host, target.app, None, error.what)


def _shown(world: World, environment: str) -> tuple[DeployRecord | None, str]:
    """Return the record of the deployments that the forge shows, or the reason why they cannot be read."""
    if not world.forge.shows_deployments:
        return None, ""
    try:
        record = record_of(world.forge.deployments(environment))
    except ShipitError as error:
        return None, error.what
    return (record if record.events else None), ""


def observe_served(git: Git, records: EnvironmentRecords, histories: Sequence[PackageHistory]) -> ServedCommits:
    """Return the commits behind the deployments in `records`.

    It is not known which commits of the first image served before, so they are not returned.

    Args:
        git: the repository.
        records: the records of the environment.
        histories: the releases of all packages.
    """
    releasing = frozenset(chain.from_iterable(history.releasing for history in histories))
    unknown = frozenset(revision for revision in records.revisions if git.files_id(revision) is None)
    known = [revision for revision in records.revisions if revision not in unknown]
    authored = {
        revision: [commit.timestamp for commit in _changes(git, revision, known[:number], releasing)]
        for number, revision in enumerate(known)
        if number
    }
    serving, head = records.serving.revision if records.serving else "", git.head()
    if serving not in known or head is None:
        return ServedCommits(authored, unknown)
    tags = {release.tag: release.commit for history in histories for release in history.releases}
    inside = git.reachable(serving, list(tags.values()))
    contained = frozenset(tag for tag, commit in tags.items() if commit in inside)
    return ServedCommits(authored, unknown, tuple(_changes(git, head, [serving], releasing)), contained)


def _changes(git: Git, include: str, exclude: Sequence[str], releasing: Set[str]) -> Iterator[RawCommit]:
    """Yield the changes of people in the history of `include` and not in those of `exclude`, newest first.

    Args:
        releasing: the release commits of other tools.
    """
    with closing(git.log([include], exclude)) as log:
        yield from (commit for commit in commits_in(log) if commit.id not in releasing and is_change(commit))

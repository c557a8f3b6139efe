"""ReleasePlan a release, purely: observed facts in, the steps that are needed out."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.commits.release_message import SUBJECT
from shipit.core.notes import Renderer
from shipit.errors import PreflightError, ShipitError, UsageError
from shipit.finding import Finding, any_blocks
from shipit.plan.model import Inputs
from shipit.plan.release.model import ReleasePlan
from shipit.plan.release.observe import Observed
from shipit.plan.release.preflight import findings, unplannable
from shipit.plan.release.steps import (
    FileChanges,
    PackageRelease,
    ReleaseSequence,
    file_changes,
    finishing_steps,
    plan_snapshot,
    release_body,
    tidying_steps,
    unfinished_release_body,
)
from shipit.plan.version import NextRelease, decide_version, planned_release
from shipit.steps.base import Step
from shipit.steps.release_commit import ReleaseCommit


def make_release_plan(config: Config, observed: Observed, notes: Renderer, wanted: str | None = None) -> ReleasePlan:
    """The plan of a release.

    A release that was cut off is finished first, by a plan of its own.

    Args:
        notes: renders release notes.
        wanted: a version a person asked for.

    Raises what `decide_version` and `file_changes` do; as `PreflightError` where that is not the only problem.
    """
    try:
        return _plan(config, observed, notes, wanted)
    except ShipitError as error:
        others = findings(observed, config.release)
        if not any_blocks(others):
            raise
        raise PreflightError((unplannable(error), *others), state=error.state) from error


def _plan(config: Config, observed: Observed, notes: Renderer, wanted: str | None) -> ReleasePlan:
    inputs = Inputs(observed.clone.base, observed.clone.branch, fingerprint(config))
    if observed.unfinished:
        return _finishing(config, observed, inputs)
    if wanted and len(observed.histories) > 1:
        raise UsageError(
            "`--version` cannot tell which of several packages it is for",
            hint="write `Release-As: X.Y.Z` at the end of a commit message below that package's path",
        )
    next_releases = [_decide(config, observed, at, wanted) for at in range(len(observed.histories))]
    releases = tuple(
        _package_release(next_release, observed, config, notes)
        for next_release in next_releases
        if next_release.version
    )
    found = findings(observed, config.release)
    return ReleasePlan(
        decisions=tuple(next_release.decision for next_release in next_releases),
        inputs=inputs,
        steps=tuple(_steps(config, observed, releases, found)),
        findings=found,
        notes="\n".join(entry.release_body for entry in releases),
    )


def _steps(
    config: Config, observed: Observed, releases: tuple[PackageRelease, ...], found: tuple[Finding, ...]
) -> Iterator[Step]:
    if releases:
        yield from _sequence(config, observed, releases, file_changes(config, observed, releases)).steps()
    elif not any_blocks(found):
        yield from tidying_steps(config.release, observed)


def _finishing(config: Config, observed: Observed, inputs: Inputs) -> ReleasePlan:
    return ReleasePlan(
        decisions=(),
        inputs=inputs,
        steps=finishing_steps(config, observed),
        findings=findings(observed, config.release),
        notes="\n".join(unfinished_release_body(config, observed, unfinished) for unfinished in observed.unfinished),
        finishes=tuple(unfinished.tag for unfinished in observed.unfinished),
        versions=tuple(unfinished.version for unfinished in observed.unfinished),
    )


def _decide(config: Config, observed: Observed, at: int, wanted: str | None) -> NextRelease:
    history = observed.histories[at]
    return decide_version(
        history,
        config,
        observed.clone.channel,
        taken=observed.tags.keys(),
        declared=observed.declared.get(history.package.name),
        wanted=wanted,
    )


def _package_release(next_release: NextRelease, observed: Observed, config: Config, notes: Renderer) -> PackageRelease:
    release = planned_release(next_release, observed.today)
    text = notes.render(release)
    changelog = next_release.history.package.changelog
    return PackageRelease(
        next_release, release, text, release_body(text, release.tag, changelog, config, observed.links)
    )


def _sequence(
    config: Config, observed: Observed, releases: tuple[PackageRelease, ...], changes: FileChanges
) -> ReleaseSequence:
    what = ", ".join(entry.name for entry in releases)
    skip = " [skip ci]" if config.release.skip_ci else ""
    written = config.release.write_back.commits and changes.files  # what is written already needs no commit
    subject = SUBJECT.format(what=what) + skip if written else None
    commit = ReleaseCommit(observed.clone.base, subject, releases[0].release.tag, observed.clone.branch)
    versions = {entry.next_release.history.package.name: entry.version for entry in releases}
    snapshot = plan_snapshot(config, observed, versions, commit, changes)
    return ReleaseSequence(config.release, config.announce, observed, releases, changes, commit, snapshot)

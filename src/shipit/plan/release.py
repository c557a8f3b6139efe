"""Plan a release, purely: observed facts in, the steps that are needed out."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.notes import Renderer
from shipit.core.release_message import SUBJECT
from shipit.errors import PreflightError, ShipitError, UsageError
from shipit.finding import Finding
from shipit.plan.announcement import announcement
from shipit.plan.changes import Changes, file_changes
from shipit.plan.decide import Verdict, coming_release, decide
from shipit.plan.due import Due
from shipit.plan.finish import announced, finishing_steps
from shipit.plan.life import Life
from shipit.plan.model import Inputs, Plan
from shipit.plan.observe import Observed
from shipit.plan.preflight import findings, unplannable
from shipit.plan.snapshot import plan_snapshot
from shipit.plan.sync import tidying_steps
from shipit.steps.base import Step
from shipit.steps.release_commit import ReleaseCommit


def plan_release(config: Config, observed: Observed, notes: Renderer, wanted: str | None = None) -> Plan:
    """The plan of a release.

    A release that was cut off is finished first, by a plan of its own.

    Args:
        notes: renders release notes.
        wanted: a version a person asked for.

    Raises what `decide` and `file_changes` do; as `PreflightError` where that is not the only problem.
    """
    try:
        return _plan(config, observed, notes, wanted)
    except ShipitError as error:
        others = findings(observed, config.release)
        if all(finding.severity == "warning" for finding in others):
            raise
        raise PreflightError((unplannable(error), *others), state=error.state) from error


def _plan(config: Config, observed: Observed, notes: Renderer, wanted: str | None) -> Plan:
    inputs = Inputs(observed.standing.base, observed.standing.branch, fingerprint(config))
    if observed.unfinished:
        return _finishing(config, observed, inputs)
    if wanted and len(observed.histories) > 1:
        raise UsageError(
            "`--version` cannot tell which of several packages it is for",
            hint="write `Release-As: X.Y.Z` at the end of a commit message below that package's path",
        )
    verdicts = [_decide(config, observed, at, wanted) for at in range(len(observed.histories))]
    due = tuple(_due(verdict, observed, config, notes) for verdict in verdicts if verdict.version)
    found = findings(observed, config.release)
    return Plan(
        decisions=tuple(verdict.decision for verdict in verdicts),
        inputs=inputs,
        steps=tuple(_steps(config, observed, due, found)),
        findings=found,
        notes="\n".join(entry.announcement for entry in due),
    )


def _steps(config: Config, observed: Observed, due: tuple[Due, ...], found: tuple[Finding, ...]) -> Iterator[Step]:
    if due:
        yield from _life(config, observed, due, file_changes(config, observed, due)).steps()
    elif all(finding.severity == "warning" for finding in found):
        yield from tidying_steps(config.release, observed)


def _finishing(config: Config, observed: Observed, inputs: Inputs) -> Plan:
    return Plan(
        decisions=(),
        inputs=inputs,
        steps=finishing_steps(config, observed),
        findings=findings(observed, config.release),
        notes="\n".join(announced(config, observed, unfinished) for unfinished in observed.unfinished),
        finishes=tuple(unfinished.tag for unfinished in observed.unfinished),
        versions=tuple(unfinished.version for unfinished in observed.unfinished),
    )


def _decide(config: Config, observed: Observed, at: int, wanted: str | None) -> Verdict:
    history = observed.histories[at]
    return decide(
        history,
        config,
        observed.standing.channel,
        taken=observed.tags.keys(),
        announced=observed.announced.get(history.package.name),
        wanted=wanted,
    )


def _due(verdict: Verdict, observed: Observed, config: Config, notes: Renderer) -> Due:
    release = coming_release(verdict, observed.today)
    text = notes.render(release)
    changelog = verdict.history.package.changelog
    return Due(verdict, release, text, announcement(text, release.tag, changelog, config, observed.links))


def _life(config: Config, observed: Observed, due: tuple[Due, ...], changes: Changes) -> Life:
    what = ", ".join(entry.name for entry in due)
    skip = " [skip ci]" if config.release.skip_ci else ""
    written = config.release.write_back != "none" and changes.files  # what is written already needs no commit
    subject = SUBJECT.format(what=what) + skip if written else None
    commit = ReleaseCommit(observed.standing.base, subject, due[0].release.tag, observed.standing.branch)
    versions = {entry.verdict.history.package.name: entry.version for entry in due}
    snapshot = plan_snapshot(config, observed, versions, commit, changes)
    return Life(config.release, config.announce, observed, due, changes, commit, snapshot)

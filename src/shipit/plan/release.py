"""Plan a release, purely: observed facts in, the steps that are needed out.

The order is the life of a release: local and reversible first, expensive and fallible next, one commit
point (the push, or the commit through the forge), and only then what the world is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.load import fingerprint
from shipit.config.model import Config
from shipit.core.notes import Renderer
from shipit.core.version import Version
from shipit.plan.changes import Changes, file_changes
from shipit.plan.decide import Verdict, coming_release, decide
from shipit.plan.due import Due
from shipit.plan.finish import finishing_steps
from shipit.plan.model import Inputs, Plan
from shipit.plan.observe import Observed
from shipit.plan.preflight import findings
from shipit.steps import (
    CreateCommit,
    CreateTag,
    DraftRelease,
    ForgeCommit,
    ForgeTag,
    PublishRelease,
    Push,
    Run,
    SyncBranch,
    UploadAssets,
)
from shipit.steps.base import Step
from shipit.steps.release_commit import SUBJECT, ReleaseCommit, release_message


def plan_release(config: Config, observed: Observed, notes: Renderer, wanted: str | None = None) -> Plan:
    """The plan of a release.

    A release that was cut off is finished first, by a plan of its own.

    Args:
        notes: renders release notes.
        wanted: a version a person asked for.

    Raises `ConflictError` as `decide` does.
    """
    inputs = Inputs(observed.base, observed.branch, fingerprint(config))
    if observed.unfinished:
        steps = finishing_steps(config, observed)
        tags = tuple(unfinished.tag for unfinished in observed.unfinished)
        return Plan((), inputs, steps, findings(observed, ()), finishes=tags)
    verdicts = [_decide(config, observed, at, wanted) for at in range(len(observed.histories))]
    due = [_due(verdict, observed, notes) for verdict in verdicts if verdict.decision.version]
    changes = file_changes(config, observed, due)
    return Plan(
        decisions=tuple(verdict.decision for verdict in verdicts),
        inputs=inputs,
        steps=tuple(_steps(config, observed, due, changes)) if due else (),
        findings=findings(observed, changes.leftover),
        notes="\n".join(entry.notes for entry in due),
    )


def _decide(config: Config, observed: Observed, at: int, wanted: str | None) -> Verdict:
    history = observed.histories[at]
    return decide(
        history,
        config,
        observed.channel,
        taken=observed.tags.keys(),
        announced=observed.announced.get(history.package.name),
        wanted=wanted,
    )


def _due(verdict: Verdict, observed: Observed, notes: Renderer) -> Due:
    release = coming_release(verdict, observed.today)
    return Due(verdict, release, notes.render(release))


def _steps(config: Config, observed: Observed, due: list[Due], changes: Changes) -> Iterator[Step]:
    commit = _release_commit(config, observed, due)
    if observed.head != observed.base:
        yield SyncBranch(commit, leaves=observed.head, restore=changes.leftover)
    for change in changes.files:
        yield change.step(commit)
    for command in config.release.prepare:
        yield Run(command, config.release.prepare_timeout, commit, _release_environment(due))
    yield from _before_commit_point(config, observed, due, changes, commit)
    yield from _commit_point(config, observed, due, changes, commit)
    for entry in due:
        yield PublishRelease(entry.release.tag, latest=_is_latest(entry.version, observed))


def _release_commit(config: Config, observed: Observed, due: list[Due]) -> ReleaseCommit:
    names = (entry.name for entry in due)
    subject = SUBJECT.format(what=", ".join(names)) + (" [skip ci]" if config.release.skip_ci else "")
    written = config.release.write_back != "none"
    return ReleaseCommit(observed.base, subject if written else None, due[0].release.tag, observed.branch)


def _release_environment(due: list[Due]) -> dict[str, str]:
    """What `prepare` commands are told."""
    return {"SHIPIT_VERSION": due[0].release.version, "SHIPIT_TAG": due[0].release.tag}


def _before_commit_point(
    config: Config, observed: Observed, due: list[Due], changes: Changes, commit: ReleaseCommit
) -> Iterator[Step]:
    """The commit and its tags in the local clone, and drafts with their assets: nothing public yet."""
    body = "\n".join(entry.notes for entry in due)
    if config.release.write_back == "push":
        yield CreateCommit(commit, body, changes.paths, config.release.author)
    if config.release.write_back != "api":
        for entry in due:
            yield CreateTag(entry.release.tag, _tag_message(entry), commit)
    for entry in due:
        yield DraftRelease(
            entry.release.tag, entry.release.tag, entry.notes, entry.version.prerelease is not None, observed.branch
        )
        if config.release.assets:
            yield UploadAssets(entry.release.tag, config.release.assets)


def _commit_point(
    config: Config, observed: Observed, due: list[Due], changes: Changes, commit: ReleaseCommit
) -> Iterator[Step]:
    tags = tuple(entry.release.tag for entry in due)
    body = "\n".join(entry.notes for entry in due)
    if config.release.write_back == "api":
        yield ForgeCommit(commit, observed.branch or "", body, changes.paths)
        for entry in due:
            yield ForgeTag(entry.release.tag, _tag_message(entry), commit)
    elif config.release.write_back == "push":
        yield Push(commit, observed.branch, observed.expected, tags)
    else:
        yield Push(commit, None, None, tags)


def _tag_message(entry: Due) -> str:
    return release_message(SUBJECT.format(what=entry.name), entry.notes)


def _is_latest(version: Version, observed: Observed) -> bool:
    return not version.prerelease and (observed.highest is None or version >= observed.highest)

"""Finish releases that were cut off after their commit point: only forward."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import Config
from shipit.core.commits.release_message import notes_of
from shipit.core.versions import Version
from shipit.plan.images import build_steps, push_steps
from shipit.plan.release.observe import Observed, Unfinished
from shipit.plan.release.steps.follow_up import floating_steps, notify_steps
from shipit.plan.release.steps.release_body import release_body
from shipit.plan.release.steps.sequence import is_latest
from shipit.plan.release.steps.snapshot import plan_snapshot
from shipit.plan.release.steps.sync import sync_steps
from shipit.steps import (
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
from shipit.steps.release_commit import ReleaseCommit


def finishing_steps(config: Config, observed: Observed) -> tuple[Step, ...]:
    """What is still needed, in the order of a release."""
    return tuple(_finish(config, observed))


def _finish(config: Config, observed: Observed) -> Iterator[Step]:
    yield from sync_steps(observed)
    for unfinished in observed.unfinished:
        if not unfinished.tagged:
            yield from _tag(config, unfinished)
        if not unfinished.drafted:
            yield from _draft(config, observed, unfinished)
    yield from _snapshot(config, observed)
    for unfinished in observed.unfinished:
        yield from _images(config, observed, unfinished)
    for unfinished in observed.unfinished:
        version = Version.parse(unfinished.version)
        yield PublishRelease(unfinished.tag, latest=is_latest(version, observed))
        yield from floating_steps(config.release, unfinished.package.format, version)
    for unfinished in observed.unfinished:
        yield from notify_steps(config.announce, unfinished.tag, unfinished.commits)


def unfinished_release_body(config: Config, observed: Observed, unfinished: Unfinished) -> str:
    """The notes, as they were or will be told."""
    notes, changelog = notes_of(unfinished.message), unfinished.package.changelog
    return release_body(notes, unfinished.tag, changelog, config, observed.links)


def _tag(config: Config, unfinished: Unfinished) -> Iterator[Step]:
    commit = ReleaseCommit(unfinished.commit, None, unfinished.tag)
    if config.release.write_back.through_forge:
        yield ForgeTag(unfinished.tag, unfinished.message, commit)
    else:
        yield CreateTag(unfinished.tag, unfinished.message, commit)
        yield Push(commit, None, None, (unfinished.tag,))


def _draft(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    """The draft is gone: make it again, building its assets again."""
    prerelease = Version.parse(unfinished.version).prerelease is not None
    if config.release.assets:
        yield from _prepare(config, unfinished)
    body = unfinished_release_body(config, observed, unfinished)
    yield DraftRelease(unfinished.tag, unfinished.tag, body, prerelease, observed.clone.branch)
    if config.release.assets:
        yield UploadAssets(unfinished.tag, config.release.assets)


def _prepare(config: Config, unfinished: Unfinished) -> Iterator[Step]:
    told = {"SHIPIT_VERSION": unfinished.version, "SHIPIT_TAG": unfinished.tag}
    return (Run(command, config.release.prepare_timeout, env=told) for command in config.release.prepare)


def _images(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    """What is in the registry is not built again; what neither it nor the engine has is, from the release's files."""
    released, base = unfinished.commit, observed.clone.base
    if unfinished.unbuilt:
        elsewhere = released != base
        if elsewhere:
            yield SyncBranch(released, base)
        yield from _prepare(config, unfinished)
        yield from build_steps(unfinished.unbuilt, config.release.prepare_timeout)
        if elsewhere:
            yield SyncBranch(base, released)
    yield from push_steps(unfinished.images)


def _snapshot(config: Config, observed: Observed) -> Iterator[Step]:
    """The commit after the release: a push brings it along, the forge makes it after the tags."""
    last = [unfinished for unfinished in observed.unfinished if unfinished.commit == observed.clone.base]
    if not (last and config.release.write_back.through_forge):
        return
    commit = ReleaseCommit(last[0].commit, None, last[0].tag, observed.clone.branch)
    versions = {unfinished.package.name: Version.parse(unfinished.version) for unfinished in last}
    snapshot = plan_snapshot(config, observed, versions, commit)
    if snapshot:
        follows, changes = snapshot
        yield from (change.step(follows) for change in changes.files)
        yield ForgeCommit(follows, observed.clone.branch or "", "", changes.paths)

"""The steps that finish releases which were interrupted after their commit point, or whose pull request was merged.

Nothing public is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shipit.config.model import Config
from shipit.core.commits.text.release_message import notes_of
from shipit.core.versions import Version
from shipit.plan.images import build_steps, push_steps
from shipit.plan.release.observe import Observed, Unfinished
from shipit.plan.release.steps.assets import asset_steps
from shipit.plan.release.steps.back_merges import back_merge_steps
from shipit.plan.release.steps.file_changes import unfinished_changes
from shipit.plan.release.steps.follow_up import announce_steps, floating_steps, released_steps
from shipit.plan.release.steps.promoted_branches import ReleasedPackage, promotion_steps
from shipit.plan.release.steps.release_body import release_body
from shipit.plan.release.steps.restore import leftover_steps
from shipit.plan.release.steps.sequence import is_latest
from shipit.plan.release.steps.snapshot import plan_snapshot
from shipit.plan.release.steps.sync import sync_steps
from shipit.steps.base import Step
from shipit.steps.forge import DraftRelease, ForgeCommit, ForgeTag, PublishRelease
from shipit.steps.repository import CreateTag, Push, ReleaseCommit, Run, SyncBranch


def finishing_steps(config: Config, observed: Observed) -> tuple[Step, ...]:
    """Return the steps that are still needed, in the order of a release."""
    return tuple(_finish(config, observed))


def _finish(config: Config, observed: Observed) -> Iterator[Step]:
    yield from sync_steps(observed)
    merged = [unfinished for unfinished in observed.unfinished if unfinished.merged]
    interrupted = [unfinished for unfinished in observed.unfinished if not unfinished.merged]
    for commit in dict.fromkeys(unfinished.commit for unfinished in merged):
        yield from _merged_steps(config, observed, [each for each in merged if each.commit == commit])
    for unfinished in interrupted:
        if not unfinished.published:
            yield from _draft_steps(config, observed, unfinished)
        if not unfinished.tagged:
            yield from _tag_steps(config, unfinished)
    yield from _snapshot_steps(config, observed)
    for unfinished in interrupted:
        yield from _image_steps(config, observed, unfinished)
    for unfinished in merged:
        yield from push_steps(unfinished.images, config.release_attestation_key)
    for unfinished in observed.unfinished:
        version = Version.parse(unfinished.version)
        yield PublishRelease(unfinished.tag, latest=is_latest(version, observed))
        yield from floating_steps(config.release, unfinished.package.format, version)
    if merged:  # the plan after that of an interrupted release finds that a branch lacks it
        last = ReleaseCommit(merged[-1].commit, None, merged[-1].tag)
        yield from back_merge_steps(config.release, observed, [each.tag for each in merged], last)
    newest = observed.unfinished[-1]
    finished = ReleaseCommit(newest.commit, None, newest.tag)
    yield from promotion_steps(config, observed, finished_packages(observed), finished)
    for unfinished in observed.unfinished:
        yield from announce_steps(config.announce, unfinished.tag, unfinished.commits)
    names = [each.package.release_name(each.version) for each in observed.unfinished]
    yield from released_steps(config, observed, names, [each.tag for each in observed.unfinished])


def finished_packages(observed: Observed) -> list[ReleasedPackage]:
    """Return the name, the tag and the version of each unfinished release."""
    return [ReleasedPackage(each.package.name, each.tag, Version.parse(each.version)) for each in observed.unfinished]


def unfinished_release_body(config: Config, observed: Observed, unfinished: Unfinished) -> str:
    """Return the release body of an unfinished release, from the notes in the message of its tag."""
    notes, changelog = notes_of(unfinished.message), unfinished.package.changelog
    return release_body(notes, unfinished.tag, changelog, config, observed.links)


def _merged_steps(config: Config, observed: Observed, merged: Sequence[Unfinished]) -> Iterator[Step]:
    """Yield the steps up to the tags for releases whose pull request was merged as one commit: their commit point."""
    first, base, release = merged[0], observed.clone.base, config.release
    builds = release.prepare or release.assets or any(each.images_to_build for each in merged)
    if builds and first.commit != base:
        yield SyncBranch(first.commit, base)
    yield from _prepare_steps(config, first)
    for each in merged:
        yield CreateTag(each.tag, each.message, ReleaseCommit(each.commit, None, each.tag))
    for each in merged:
        yield from build_steps(each.images_to_build, release.prepare_limit)
    for each in merged:
        body, prerelease = unfinished_release_body(config, observed, each), Version.parse(each.version).prerelease
        yield DraftRelease(each.tag, each.tag, body, prerelease is not None, observed.clone.branch)
        yield from asset_steps(config, observed, each.tag, each.version)
    commit = ReleaseCommit(first.commit, None, first.tag)
    yield Push(commit, None, None, tuple(each.tag for each in merged))
    if builds and first.commit != base:
        yield SyncBranch(base, first.commit)


def _tag_steps(config: Config, unfinished: Unfinished) -> Iterator[Step]:
    commit = ReleaseCommit(unfinished.commit, None, unfinished.tag)
    if config.release.write_back.through_forge:
        yield ForgeTag(unfinished.tag, unfinished.message, commit)
    else:
        yield CreateTag(unfinished.tag, unfinished.message, commit)
        yield Push(commit, None, None, (unfinished.tag,))


def _draft_steps(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    """Yield the steps that create the draft if it is missing, and build its assets from the files of the release."""
    prerelease = Version.parse(unfinished.version).prerelease is not None
    body = unfinished_release_body(config, observed, unfinished)
    draft = DraftRelease(unfinished.tag, unfinished.tag, body, prerelease, observed.clone.branch)
    if not config.release.assets:
        yield draft
        return
    after = (draft, *asset_steps(config, observed, unfinished.tag, unfinished.version))
    yield from _built_from_release(config, observed, unfinished, after)


def _built_from_release(
    config: Config, observed: Observed, unfinished: Unfinished, steps: Iterable[Step]
) -> Iterator[Step]:
    """Yield the steps that check out the release, run `prepare`, do `steps`, and check out the earlier commit again."""
    released, base = unfinished.commit, observed.clone.base
    changes = unfinished_changes(observed, unfinished)
    yield from leftover_steps(observed)
    if released != base:
        yield SyncBranch(released, base)
    yield from (change.step(None) for change in changes)
    yield from _prepare_steps(config, unfinished)
    yield from steps
    if released != base:
        yield SyncBranch(base, released, tuple(change.path for change in changes))


def _prepare_steps(config: Config, unfinished: Unfinished) -> Iterator[Step]:
    env = {"SHIPIT_VERSION": unfinished.version, "SHIPIT_TAG": unfinished.tag}
    return (Run(command, config.release.prepare_limit, env=env) for command in config.release.prepare)


def _image_steps(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    """Yield the steps that push the images of a release.

    Images that neither the registry nor the engine has are built before, from the files of the release.
    """
    if unfinished.images_to_build:
        builds = build_steps(unfinished.images_to_build, config.release.prepare_limit)
        yield from _built_from_release(config, observed, unfinished, builds)
    yield from push_steps(unfinished.images, config.release_attestation_key)


def _snapshot_steps(config: Config, observed: Observed) -> Iterator[Step]:
    """Yield the steps of the commit after the release, when it is made through the forge after the tags.

    With `write-back = "push"` it is pushed together with the release commit, so it is never missing.
    """
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

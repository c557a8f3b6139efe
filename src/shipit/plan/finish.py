"""Finish releases that were cut off after their commit point: only forward."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import Config
from shipit.core.release_message import notes_of
from shipit.core.version import Version
from shipit.plan.life import is_latest
from shipit.plan.observe import Observed
from shipit.plan.unfinished import Unfinished
from shipit.steps import CreateTag, DraftRelease, ForgeTag, PublishRelease, Push, Run, UploadAssets
from shipit.steps.base import Step
from shipit.steps.release_commit import ReleaseCommit


def finishing_steps(config: Config, observed: Observed) -> tuple[Step, ...]:
    """What is still needed, release by release."""
    return tuple(step for unfinished in observed.unfinished for step in _finish(config, observed, unfinished))


def _finish(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    commit = ReleaseCommit(unfinished.commit, None, unfinished.tag)
    if not unfinished.tagged:
        yield from _tag(config, unfinished, commit)
    if not unfinished.drafted:
        yield from _draft(config, observed, unfinished)
    version = Version.parse(unfinished.version)
    yield PublishRelease(unfinished.tag, latest=is_latest(version, observed))


def _tag(config: Config, unfinished: Unfinished, commit: ReleaseCommit) -> Iterator[Step]:
    if config.release.write_back == "api":
        yield ForgeTag(unfinished.tag, unfinished.message, commit)
    else:
        yield CreateTag(unfinished.tag, unfinished.message, commit)
        yield Push(commit, None, None, (unfinished.tag,))


def _draft(config: Config, observed: Observed, unfinished: Unfinished) -> Iterator[Step]:
    """The draft is gone: make it again, building its assets again."""
    prerelease = Version.parse(unfinished.version).prerelease is not None
    if config.release.assets:
        for command in config.release.prepare:
            yield Run(command, config.release.prepare_timeout)
    yield DraftRelease(
        unfinished.tag, unfinished.tag, notes_of(unfinished.message), prerelease, observed.standing.branch
    )
    if config.release.assets:
        yield UploadAssets(unfinished.tag, config.release.assets)

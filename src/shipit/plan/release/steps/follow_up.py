"""What follows a published release: tags that move along, and word to those who waited for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.config.model import AnnounceConfig, ReleaseConfig
from shipit.core.commits import RawCommit
from shipit.core.notes import issues_of
from shipit.core.versions import TagFormat, Version
from shipit.core.versions.floating_tags import floating_tag
from shipit.steps import CommentReleased, LabelReleased, MoveTag
from shipit.steps.base import Step

# GitHub lets nobody write more than 500 comments an hour; the newest commits come first.
MOST = 100


def floating_steps(config: ReleaseConfig, format: TagFormat, version: Version) -> Iterator[MoveTag]:
    """The tags that follow a release; a pre-release leads none."""
    for part in () if version.prerelease else config.floating_tags:
        yield MoveTag(floating_tag(format, version, part), format.render(version), format.template)


def notify_steps(config: AnnounceConfig, tag: str, commits: Sequence[RawCommit]) -> Iterator[Step]:
    """Word to the pull requests and issues that the commits of a release name."""
    numbers = issues_of(commits)[:MOST] if config.comment or config.label else ()
    if numbers and config.comment:
        yield CommentReleased(tag, numbers)
    if numbers and config.label:
        yield LabelReleased(tag, config.label, numbers)

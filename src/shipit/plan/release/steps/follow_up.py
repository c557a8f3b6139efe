"""The steps after a release is published: floating tags, and the announce steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.config.model import AnnounceConfig, Config, ReleaseConfig
from shipit.core import limits
from shipit.core.commits import RawCommit
from shipit.core.notes import issues_of
from shipit.core.versions import TagFormat, Version
from shipit.core.versions.floating_tags import floating_tag
from shipit.plan.notifications import notification_steps, project_name
from shipit.plan.release.observe import Observed
from shipit.steps.base import Step
from shipit.steps.forge import CommentReleased, LabelReleased
from shipit.steps.repository import MoveTag

# The largest number of issues and pull requests to notify; GitHub accepts at most 500 comments an hour from one user.
# Those of the newest commits are kept.


def floating_steps(config: ReleaseConfig, format: TagFormat, version: Version) -> Iterator[MoveTag]:
    """Yield a step for each floating tag of `version`, such as `v1` for 1.4.0; none for a pre-release."""
    for part in () if version.prerelease else config.floating_tags:
        yield MoveTag(floating_tag(format, version, part), format.render(version), format.template)


def announce_steps(config: AnnounceConfig, tag: str, commits: Sequence[RawCommit]) -> Iterator[Step]:
    """Yield the steps that comment on and label the issues and pull requests that the commits of a release mention.

    Args:
        config: the table `[announce]` of the configuration.
        tag: the tag of the release.
        commits: the commits of the release, newest first.
    """
    numbers = issues_of(commits)[: limits.NOTIFIED] if config.comment or config.label else ()
    if numbers and config.comment:
        yield CommentReleased(tag, numbers)
    if numbers and config.label:
        yield LabelReleased(tag, config.label, numbers)


def released_steps(
    config: Config, observed: Observed, names: Sequence[str], tags: Sequence[str], changes: Sequence[str] = ()
) -> Iterator[Step]:
    """Yield the steps that notify the team of a release.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        names: the released versions, each with its package if there are several.
        tags: their tags.
        changes: the subjects of the commits that are released; empty if they are not known.
    """
    if not config.notify:
        return
    from shipit.core.notifications import Notification

    yield from notification_steps(
        config,
        Notification(
            "released",
            " ".join(tags),
            config.changelog.language,
            project_name(observed.links),
            version=", ".join(names),
            url=observed.links.release(tags[0]) if observed.links else "",
            changes=tuple(changes[: limits.NOTIFIED_CHANGES]),
            more=len(changes[limits.NOTIFIED_CHANGES :]),
        ),
    )

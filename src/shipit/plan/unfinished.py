"""Find releases that were cut off after their commit point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shipit.config.model import ReleaseConfig
from shipit.core.floating import behind
from shipit.core.log import RawCommit
from shipit.core.release_message import is_release, subject_of, versions_of
from shipit.core.tag import TagFormat
from shipit.plan.history import History
from shipit.world import RemoteRefs, World


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A release whose commit or tag is public and whose forge release is behind.

    `message` is that of its tag or its commit. `tagged` and `drafted` say how far it came.
    """

    package: str
    format: TagFormat
    tag: str
    version: str
    commit: str
    message: str
    tagged: bool
    drafted: bool


def observe_unfinished(
    world: World, config: ReleaseConfig, histories: Iterable[History], remote: RemoteRefs
) -> tuple[Unfinished, ...]:
    """Releases of shipit itself that are public in part only."""
    found: list[Unfinished] = []
    for history in histories:
        candidates = [_untagged(world, history, commit, remote) for commit in history.since.commits]
        candidates.append(_unpublished(world, config, history, remote))
        found.extend(candidate for candidate in candidates if candidate)
    return tuple(found)


def _untagged(world: World, history: History, commit: RawCommit, remote: RemoteRefs) -> Unfinished | None:
    """A release commit on the remote whose tag is missing (where commit and tag cannot move together)."""
    if not is_release(commit.message):
        return None
    version = versions_of(subject_of(commit.message)).get(history.package.name)
    tag = history.package.format.render(version) if version else None
    if version is None or tag is None or tag in remote.tags:
        return None
    drafted = world.forge.find_release(tag) is not None
    package = history.package
    return Unfinished(
        package.name, package.format, tag, version, commit.id, commit.message, tagged=False, drafted=drafted
    )


def _unpublished(world: World, config: ReleaseConfig, history: History, remote: RemoteRefs) -> Unfinished | None:
    """The last release, when shipit made its tag and the forge does not show it, or a floating tag is behind."""
    last = history.last
    if last is None or last.name not in remote.tags:
        return None
    message = world.git.tag_message(last.name)
    if not is_release(message):
        return None
    release = world.forge.find_release(last.name)
    followed = not behind(config.floating_tags, history.package.format, last, remote.tags)
    if release and not release.draft and followed:
        return None
    drafted = release is not None
    package, version = history.package, str(last.version)
    return Unfinished(
        package.name, package.format, last.name, version, last.commit, message, tagged=True, drafted=drafted
    )

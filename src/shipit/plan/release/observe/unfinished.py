"""Find releases that were cut off after their commit point."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import ReleaseConfig
from shipit.core.commits import RawCommit
from shipit.core.commits.release_message import (
    SUBJECT,
    is_release_message,
    is_release_of,
    notes_of,
    release_message,
    subject_of,
    versions_of,
)
from shipit.core.notes import section_of
from shipit.core.versions import Version, channel_of
from shipit.core.versions.floating_tags import has_outdated_floating_tag
from shipit.plan.images import WantedImage, build_steps, release_images
from shipit.plan.version import History, Package, observe_history
from shipit.steps.base import Done
from shipit.world import RemoteRefs, World


class Unfinished(Struct, frozen=True):
    """A release whose commit or tag is public and whose forge release is behind.

    `message` is that of its tag, or that its tag is to get. `tagged` and `drafted` say how far it came. `commits`
    are those that it releases, `images` those that it builds; `unbuilt` are the ones that neither registry nor
    engine has.
    """

    package: Package
    tag: str
    version: str
    commit: str
    message: str
    tagged: bool
    drafted: bool
    commits: tuple[RawCommit, ...] = ()
    images: tuple[WantedImage, ...] = ()
    unbuilt: tuple[WantedImage, ...] = ()


def observe_unfinished(
    world: World, config: ReleaseConfig, histories: Iterable[History], remote: RemoteRefs, branch: str | None
) -> tuple[Unfinished, ...]:
    """Releases of shipit itself that are public in part only.

    Args:
        branch: the one that is released.
    """
    found: list[Unfinished] = []
    for history in histories:
        candidates = [_unpublished(world, config, history, remote)]
        if (
            config.write_back.through_forge
        ):  # a push moves branch and tag together, so there a lone commit is no release
            candidates += (_untagged(world, history, commit, remote) for commit in history.since.commits)
        found.extend(candidate for candidate in candidates if candidate)
    return tuple(_with_images(world, config, replace(each, commits=_commits(world, each)), branch) for each in found)


def _with_images(world: World, config: ReleaseConfig, found: Unfinished, branch: str | None) -> Unfinished:
    images = tuple(
        release_images(
            config,
            found.package.name,
            Version.parse(found.version),
            found.commit,
            branch=branch,
            created=_committed(world, found.commit),
            links=world.forge.links(),
        )
    )
    steps = zip(images, build_steps(images, config.prepare_timeout), strict=True)
    return replace(found, images=images, unbuilt=tuple(each for each, step in steps if step.check(world) != Done()))


def _committed(world: World, id: str) -> int:
    """When the commit that is released was made: below the commit that the release made of it, where it made one."""
    commit = world.git.commit(id)
    if commit and commit.parents and is_release_message(commit.message):
        commit = world.git.commit(commit.parents[0])
    return commit.timestamp if commit else 0


def _commits(world: World, found: Unfinished) -> tuple[RawCommit, ...]:
    others = {tag.name: tag.commit for tag in world.git.tags() if tag.commit != found.commit}
    prerelease = channel_of(Version.parse(found.version))
    return observe_history(world.git, found.package, found.commit, others, prerelease).own


def _untagged(world: World, history: History, commit: RawCommit, remote: RemoteRefs) -> Unfinished | None:
    """A release commit on the remote whose tag is missing (where commit and tag cannot move together)."""
    if not is_release_message(commit.message):
        return None
    package = history.package
    version = versions_of(subject_of(commit.message)).get(package.name)
    tag = package.format.render(version) if version else None
    if version is None or tag is None or tag in remote.tags:
        return None
    message = release_message(SUBJECT.format(what=package.named(version)), _notes(world, package, version, commit))
    drafted = world.forge.find_release(tag) is not None
    return Unfinished(package, tag, version, commit.id, message, tagged=False, drafted=drafted)


def _notes(world: World, package: Package, version: str, commit: RawCommit) -> str:
    """The package's own section of the changelog: the commit tells the notes of all packages together."""
    changelog = world.git.text(commit.id, package.changelog)
    return (section_of(changelog, version) if changelog else None) or notes_of(commit.message)


def _unpublished(world: World, config: ReleaseConfig, history: History, remote: RemoteRefs) -> Unfinished | None:
    """The last release, when shipit made its tag and the forge does not show it, or a floating tag is behind."""
    last = history.last
    if last is None or last.name not in remote.tags:
        return None
    version, message = str(last.version), world.git.tag_message(last.name)
    if not is_release_of(message, history.package.name, version):  # or a person put it on the commit of another release
        return None
    release = world.forge.find_release(last.name)
    followed = not has_outdated_floating_tag(config.floating_tags, history.package.format, last, remote.tags)
    published = not release.draft if release else not world.forge.shared
    if published and followed:
        return None
    drafted = release is not None
    return Unfinished(history.package, last.name, version, last.commit, message, tagged=True, drafted=drafted)

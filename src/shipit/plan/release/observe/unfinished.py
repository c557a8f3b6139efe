"""The unfinished releases: interrupted after their commit point, and so public in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import ReleaseConfig, VersionFileConfig
from shipit.core.commits import RawCommit
from shipit.core.commits.text.release_message import (
    SUBJECT,
    is_release_message,
    is_release_of,
    notes_of,
    release_message,
    versions_of,
)
from shipit.core.notes import section_of
from shipit.core.versions import Version, channel_of
from shipit.core.versions.floating_tags import has_outdated_floating_tag
from shipit.plan.images import WantedImage, build_steps, release_images
from shipit.plan.release.observe.merged import MergedRelease
from shipit.plan.version import History, Package, end_of_notes, observe_history
from shipit.steps.base import Done
from shipit.world import CommitInfo, RemoteRefs, World


class Unfinished(Struct, frozen=True):
    """A release whose commit or tag is public, but which is not published completely.

    `commit` is the id of its commit, and `message` the message of its tag, existing or not. `tagged` is True when its
    tag is on the remote, and `published` when the forge has its release. A draft does not count: a user can have pushed
    the commit or the tag of a run before its files were attached, or before it updated the draft of an earlier attempt.
    `commits` are the commits that it releases. `merged` is True when a pull request proposed the release and was
    merged: then nothing of it is public before its tag. `images` are its images, and `images_to_build` those that
    neither the registry nor the engine has. `texts` are the texts of the version files at its commit, by path, if a
    build needs the version and the commit does not have it.
    """

    package: Package
    tag: str
    version: str
    commit: str
    message: str
    tagged: bool
    published: bool
    merged: bool = False
    commits: tuple[RawCommit, ...] = ()
    images: tuple[WantedImage, ...] = ()
    images_to_build: tuple[WantedImage, ...] = ()
    texts: Mapping[str, str] = {}


def observe_unfinished(
    world: World,
    config: ReleaseConfig,
    histories: Iterable[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
    merged: Iterable[MergedRelease],
    remote: RemoteRefs,
    branch: str | None,
) -> tuple[Unfinished, ...]:
    """Return the unfinished releases; only releases that shipit made or proposed are considered.

    Args:
        world: the ports to git, the forge, the registry and the engine.
        config: the table `[release]` of the configuration.
        histories: the history of each package.
        files: the version files of each package, by its name.
        merged: the releases whose pull request was merged.
        remote: the branches and tags of the remote.
        branch: the release branch, which is written into the images.
    """
    unfinished: list[Unfinished] = []
    for history in histories:
        candidates = [_unpublished(world, config, history, remote)]
        # A forge makes the commit and then the tag. Also a push can lose the tag: a remote whose process is killed
        # has perhaps written the branch only.
        if config.write_back.commits and not config.write_back.proposes:
            commits = _release_commits(world, history, remote, branch)
            candidates += (_untagged(world, config, history, commit, remote) for commit in commits)
        unfinished.extend(candidate for candidate in candidates if candidate)
    unfinished.extend(_of_merged(world, each) for each in merged)
    return tuple(
        _with_texts(world, config, _with_images(world, config, _with_commits(world, each), branch), files)
        for each in unfinished
    )


def _of_merged(world: World, merged: MergedRelease) -> Unfinished:
    release = world.forge.find_release(merged.tag)
    return Unfinished(
        package=merged.package,
        tag=merged.tag,
        version=merged.version,
        commit=merged.commit,
        message=merged.message,
        tagged=False,
        published=release is not None and not release.draft,
        merged=True,
    )


def _with_images(world: World, config: ReleaseConfig, unfinished: Unfinished, branch: str | None) -> Unfinished:
    images = tuple(
        release_images(
            config,
            unfinished.package.name,
            Version.parse(unfinished.version),
            unfinished.commit,
            branch=branch,
            created=_base_time(world, unfinished.commit),
            links=world.forge.links(),
        )
    )
    steps = zip(images, build_steps(images, config.prepare_limit), strict=True)
    to_build = tuple(image for image, step in steps if step.check(world) != Done())
    return replace(unfinished, images=images, images_to_build=to_build)


def _with_texts(
    world: World, config: ReleaseConfig, unfinished: Unfinished, files: Mapping[str, Sequence[VersionFileConfig]]
) -> Unfinished:
    if config.write_back.commits or not config.prepare:
        return unfinished
    paths = [file.path for file in files[unfinished.package.name]]
    texts = {path: world.git.text(unfinished.commit, path) for path in paths}
    return replace(unfinished, texts={path: text for path, text in texts.items() if text is not None})


def _base_time(world: World, id: str) -> int:
    """Return the time of the commit that the release was made from, in seconds since the epoch (UTC).

    Args:
        world: the ports.
        id: the commit of the release; when it is a release commit, its parent is used.
    """
    commit = world.git.commit(id)
    if commit and commit.parents and is_release_message(commit.message):
        commit = world.git.commit(commit.parents[0])
    return commit.timestamp if commit else 0


def _with_commits(world: World, unfinished: Unfinished) -> Unfinished:
    others = {tag.name: tag.commit for tag in world.git.tags() if tag.commit != unfinished.commit}
    prerelease = channel_of(Version.parse(unfinished.version))
    history = observe_history(world.git, unfinished.package, unfinished.commit, others, prerelease)
    _, late = end_of_notes(world.git, unfinished.package, history.last)
    announced = {each.id for each in late}  # they are in the release before, too
    return replace(unfinished, commits=tuple(each for each in history.unreleased if each.id not in announced))


def _release_commits(
    world: World, history: History, remote: RemoteRefs, branch: str | None
) -> Iterator[RawCommit | CommitInfo]:
    """Yield the release commits since the last release that are on the remote branch and have no tag there.

    The commit of the last release is one of them when only the clone has its tag.
    """
    tip, tagged = remote.branches.get(branch or ""), set(remote.tags.values())
    last = world.git.commit(history.last.commit) if history.last and history.last.name not in remote.tags else None
    commits: list[RawCommit | CommitInfo] = [*([last] if last else []), *history.since.commits]
    for commit in commits if tip else ():
        untagged = is_release_message(commit.message) and commit.id not in tagged
        if untagged and world.git.is_ancestor(commit.id, tip or ""):
            yield commit


def _untagged(
    world: World, config: ReleaseConfig, history: History, commit: RawCommit | CommitInfo, remote: RemoteRefs
) -> Unfinished | None:
    """Return the release of `commit` when the tag of this package is missing on the remote, else None.

    A commit that was pushed needs a proof that shipit made it and not a user: the draft, or this clone.
    """
    package = history.package
    version = versions_of(commit.message).get(package.name)
    tag = package.format.render(version) if version else None
    if version is None or tag is None or tag in remote.tags:
        return None
    message = release_message(
        SUBJECT.format(what=package.release_name(version)), _notes(world, package, version, commit)
    )
    release = world.forge.find_release(tag)
    if not (config.write_back.through_forge or release or world.git.made(commit.id)):
        return None
    published = release is not None and not release.draft
    return Unfinished(package, tag, version, commit.id, message, tagged=False, published=published)


def _notes(world: World, package: Package, version: str, commit: RawCommit | CommitInfo) -> str:
    """Return the notes of one package from its changelog: the release commit has those of all packages together."""
    changelog = world.git.text(commit.id, package.changelog)
    return (section_of(changelog, version) if changelog else None) or notes_of(commit.message)


def _unpublished(world: World, config: ReleaseConfig, history: History, remote: RemoteRefs) -> Unfinished | None:
    """Return the last release when its release on the forge is not published, or a floating tag is not moved.

    None when the last release is complete, or when shipit did not make its tag.
    """
    last = history.last
    if last is None or last.name not in remote.tags:
        return None
    version, message = str(last.version), world.git.tag_message(last.name)
    if not is_release_of(message, history.package.name, version):  # a user made this tag, even if on a release commit
        return None
    release = world.forge.find_release(last.name)
    floating_tags_moved = not has_outdated_floating_tag(config.floating_tags, history.package.format, last, remote.tags)
    published = release is not None and not release.draft
    needs_release = world.forge.shared or release is not None  # a clone without a forge can have no release at all
    if (published or not needs_release) and floating_tags_moved:
        return None
    return Unfinished(history.package, last.name, version, last.commit, message, tagged=True, published=published)

"""Look at the world for a release: every fact the plan is made from, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.core.notes.links import Links
from shipit.core.versions import Version
from shipit.finding import Finding, any_blocks
from shipit.plan.images import obstacles, recipe
from shipit.plan.release.observe.clone_state import CloneState, observe_clone
from shipit.plan.release.observe.unfinished import Unfinished, observe_unfinished
from shipit.plan.version import History, observe_history, packages
from shipit.plan.version.version_files import declared_versions, unwritten, version_files
from shipit.world import World


class FileState(Struct, frozen=True):
    """A file as committed at the base, and as it stands in the working tree. None: no such file.

    `edited` says that it differs from HEAD; `leftover` that the difference is what a killed run wrote.
    """

    committed: str | None
    current: str | None
    edited: bool = False
    leftover: bool = False

    @property
    def left(self) -> str | None:
        """The text that a killed run wrote and did not commit."""
        return self.current if self.leftover else None


class Observed(Struct, frozen=True):
    """The facts of a release.

    `tags` are those of the clone and of the remote. `declared` is the version that a package's files name,
    `version_files` are those files; `files` holds the state of every file that a release may write. `created` is
    when the base was committed, in seconds since the epoch.
    """

    clone: CloneState
    tags: Mapping[str, str]
    histories: tuple[History, ...]
    declared: Mapping[str, str]
    version_files: Mapping[str, tuple[VersionFileConfig, ...]]
    files: Mapping[str, FileState]
    dirty: tuple[str, ...]
    unfinished: tuple[Unfinished, ...]
    findings: tuple[Finding, ...]
    today: dt.date
    created: int
    links: Links | None

    @property
    def leftover(self) -> tuple[str, ...]:
        """Files that a killed run wrote: they may be undone or overwritten."""
        return tuple(path for path, state in self.files.items() if state.leftover)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """Files with edits that are not shipit's, untracked ones where a release would write among them."""
        edited = (path for path, state in self.files.items() if state.edited)
        return tuple(path for path in dict.fromkeys((*self.dirty, *edited)) if path not in self.leftover)

    @property
    def highest(self) -> Version | None:
        """The highest stable version released, from whatever branch."""
        formats = [history.package.format for history in self.histories]
        found = (format.parse(name) for name in self.tags for format in formats)
        return max((version for version in found if version and not version.prerelease), default=None)


def observe_release(world: World, config: Config, branch: str | None = None) -> Observed:
    """Look at everything a release depends on. Only reads, apart from fetching what is missing.

    Args:
        branch: the branch to release where HEAD is detached, as the CI names it.

    Raises `PreflightError` where there is nothing to look at: no commit yet.
    """
    git, clone = world.git, observe_clone(world.git, config, branch)
    remote, base = clone.remote, clone.base
    commit = git.commit(base)
    refusals = world.forge.findings(config.release.write_back) if remote else ()
    answers = not any_blocks(refusals)
    histories = tuple(
        observe_history(git, package, base, clone.tags, clone.channel.prerelease) for package in packages(config)
    )
    silent = (finding for package in packages(config) for finding in unwritten(git, base, package))
    files = {history.package.name: version_files(git, base, history.package) for history in histories}
    return Observed(
        clone=clone,
        tags={**clone.tags, **(remote.tags if remote else {})},
        histories=histories,
        declared=declared_versions(git, base, files),
        version_files=files,
        files={path: _state(world, clone, path) for path in _paths(histories, files)},
        dirty=git.dirty(),
        unfinished=observe_unfinished(world, config.release, histories, remote, clone.branch)
        if remote and answers
        else (),
        findings=(*clone.findings, *silent, *git.findings(), *refusals, *_images(world, config)),
        today=world.clock.today(),
        created=commit.timestamp if commit else 0,
        links=world.forge.links(),
    )


def _images(world: World, config: Config) -> Iterator[Finding]:
    """What stands in the way of the images of a release."""
    images = config.release.images.values()
    if images:
        yield from world.registry.findings([image.name for image in images])
        yield from obstacles(world.engine, list(map(recipe, images)), config.release.prepare)


def _paths(histories: tuple[History, ...], files: Mapping[str, tuple[VersionFileConfig, ...]]) -> tuple[str, ...]:
    """Every file that a release may write."""
    versions = (file.path for entries in files.values() for file in entries)
    return (*versions, *(history.package.changelog for history in histories))


def _state(world: World, clone: CloneState, path: str) -> FileState:
    committed = world.git.text(clone.base, path)
    head = committed if clone.head == clone.base else world.git.text(clone.head, path)
    current = world.files.read(path)
    edited = current != head
    return FileState(committed, current, edited, leftover=edited and world.files.wrote(path))

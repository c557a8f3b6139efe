"""The facts that the plan of a release is made from. Each is read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import Config, VersionFileConfig
from shipit.config.reading.advice import similar_name
from shipit.core.notes.links import Links
from shipit.core.versions import Version
from shipit.errors import PreflightError
from shipit.finding import Finding, any_blocks
from shipit.plan.images import attestation_findings, build_findings, build_options
from shipit.plan.notifications import notification_findings
from shipit.plan.release.go_module import module_path
from shipit.plan.release.observe.back_merge import (
    BackMergeState,
    back_merge_findings,
    last_release,
    observe_back_merges,
)
from shipit.plan.release.observe.clone_state import CloneState, observe_clone
from shipit.plan.release.observe.findings import (
    HistoryFindings,
    history_findings,
    repository_findings,
    signature_findings,
)
from shipit.plan.release.observe.merged import observe_merged, unmade_release_findings
from shipit.plan.release.observe.overrides import with_overrides
from shipit.plan.release.observe.promoted_branches import (
    PromotedBranch,
    observe_promoted_branches,
    promoted_branch_findings,
)
from shipit.plan.release.observe.proposal import ProposalState, observe_proposals
from shipit.plan.release.observe.unfinished import Unfinished, observe_unfinished
from shipit.plan.version import (
    DeclaredVersion,
    History,
    MisplacedTag,
    Package,
    local_tag_findings,
    misplaced_tags,
    observe_history,
    packages,
    rules_of,
)
from shipit.plan.version.files.version_files import (
    declared_versions,
    version_files,
)
from shipit.plan.version.package.no_package import CommitsOfNoPackage, observe_no_package
from shipit.world import Git, World


class FileState(Struct, frozen=True):
    """The text of a file in the commit to release, and in the working tree; None when there is no such file.

    `edited` is True when a commit of the file in the working tree would change it, and `is_leftover` when an
    interrupted run wrote that change. `is_converted` is True when the texts differ only by conversions of git, such as
    of line ends. `is_absent` is True when the file is outside a sparse checkout. `similar` is the path of a committed
    file with a similar name, if there is no file at this path; empty if there is none.
    """

    committed: str | None
    current: str | None
    edited: bool = False
    is_leftover: bool = False
    is_converted: bool = False
    is_absent: bool = False
    similar: str = ""

    @property
    def replaceable_text(self) -> str | None:
        """The other text in the working tree that a release may overwrite; None when there is no such text."""
        return self.current if self.is_leftover or self.is_converted else None


class Observed(Struct, frozen=True):
    """The facts that a release is planned from.

    `tags` is the commit of each tag of the clone and of the remote by name, and `misplaced` are those in the format of
    releases that are on no commit. `declared` are the declared versions
    and `version_files` are the version files of each package by its name. `files` is the state of each file that a
    release can write, by path. `dirty` are the paths of uncommitted changes. `about_history` are those of the
    `findings` without which the next version is known. `no_package` has the commits of no package. `today` is the date
    of the release, `created` the time of the base commit in seconds since the epoch (UTC). `links` makes links to the
    forge; None without a forge. `drafts` are the tags of the drafts on the forge. `go_modules` are the module paths of
    the packages with a `go.mod`, by the name of the package. `proposals` are the states of the release pull requests;
    none if releases are not proposed, or the forge cannot be used. `back_merges` are the branches that the release is
    brought back into, and `promoted_branches` those that are moved to it. `has_pull_requests` is True if the forge has
    pull requests.
    """

    clone: CloneState
    tags: Mapping[str, str]
    misplaced: tuple[MisplacedTag, ...]
    histories: tuple[History, ...]
    declared: Mapping[str, tuple[DeclaredVersion, ...]]
    version_files: Mapping[str, tuple[VersionFileConfig, ...]]
    files: Mapping[str, FileState]
    dirty: tuple[str, ...]
    unfinished: tuple[Unfinished, ...]
    findings: tuple[Finding, ...]
    about_history: HistoryFindings
    no_package: CommitsOfNoPackage
    today: dt.date
    created: int
    links: Links | None
    drafts: tuple[str, ...] = ()
    go_modules: Mapping[str, str] = {}
    proposals: tuple[ProposalState, ...] = ()
    back_merges: tuple[BackMergeState, ...] = ()
    promoted_branches: tuple[PromotedBranch, ...] = ()
    has_pull_requests: bool = True

    def proposal_of(self, package: str) -> ProposalState | None:
        """Return the state of the pull request that proposes the releases of `package`; None without one."""
        return next((each for each in self.proposals if package in each.packages), None)

    def day_of(self, package: str) -> dt.date:
        """Return the date of the release of `package`: that of the present proposal, or else today."""
        found = self.proposal_of(package)
        return (found.day if found else None) or self.today

    @property
    def leftover_files(self) -> tuple[str, ...]:
        """The files that an interrupted run wrote: a release overwrites them, or undoes the change."""
        return tuple(path for path, state in self.files.items() if state.is_leftover)

    @property
    def uncommitted_changes(self) -> tuple[str, ...]:
        """The files that the user changed and did not commit, and untracked files that a release would overwrite."""
        edited = (path for path, state in self.files.items() if state.edited)
        return tuple(path for path in dict.fromkeys((*self.dirty, *edited)) if path not in self.leftover_files)

    @property
    def highest(self) -> Version | None:
        """The highest stable version that was released on any branch."""
        formats = [history.package.format for history in self.histories]
        tags = self.clone.remote.tags if self.clone.remote else self.tags
        versions = (format.parse(name) for name in tags for format in formats)
        return max((version for version in versions if version and not version.prerelease), default=None)


def observe_release(world: World, config: Config, branch: str | None = None) -> Observed:
    """Return all facts that a release depends on. Only reads, and fetches what the clone lacks.

    Args:
        world: the ports to git, the forge, the registry, the engine and the files.
        config: the configuration.
        branch: the branch to release when HEAD is detached, as the CI names it.

    Raises `PreflightError` when the repository has no commit yet, and for a path of a package without commits.
    """
    git, clone = world.git, observe_clone(world.git, config, branch)
    of_forge = world.forge.findings(config.release.write_back, config.release.auto_merge) if clone.remote else ()
    is_usable = clone.remote is not None and not any_blocks(of_forge)
    found = _observe_packages(world, config, clone, asks_forge=is_usable)
    histories, files, dirty = found.histories, found.version_files, git.dirty()
    proposes = config.release.write_back.proposes and is_usable
    unfinished = _unfinished(world, config, histories, files, clone) if is_usable else ()
    local_tags = _local_tags(git, config, clone, histories, unfinished) if is_usable else ()
    last, commit = last_release(git, config, clone, histories), git.commit(clone.base)
    return Observed(
        clone=clone,
        tags=found.tags,
        misplaced=found.misplaced,
        histories=histories,
        declared={name: declared_versions(git, clone.base, entries) for name, entries in files.items()},
        version_files=files,
        files=dict(_files(world, clone, histories, files, dirty)),
        dirty=dirty,
        unfinished=unfinished,
        findings=(
            *_findings(world, config, clone, found),
            *local_tags,
            *_world_findings(world, config, of_forge),
            *(signature_findings(world, config, clone) if is_usable else ()),
        ),
        about_history=replace(found.about_history, tags=(*found.about_history.tags, *local_tags)),
        no_package=found.no_package,
        today=world.clock.today(),
        created=commit.timestamp if commit else 0,
        links=world.forge.links(),
        drafts=world.forge.drafts() if is_usable else (),
        go_modules=dict(_go_modules(git, clone.base, packages(config))),
        proposals=observe_proposals(world, config, clone, histories, files) if proposes else (),
        back_merges=observe_back_merges(git, config, clone, last),
        promoted_branches=observe_promoted_branches(git, config, clone, histories, unfinished, last),
        has_pull_requests=world.forge.opens_pull_requests,
    )


class _Packages(Struct, frozen=True):
    """The histories and the version files of all packages, with what was found while they were read.

    `tags` are those of the clone and of the remote, and `misplaced` those that are on no commit. `unread` is the
    warning about corrections that the token may not read.
    """

    histories: tuple[History, ...]
    version_files: Mapping[str, tuple[VersionFileConfig, ...]]
    tags: Mapping[str, str]
    no_package: CommitsOfNoPackage
    about_history: HistoryFindings
    misplaced: tuple[MisplacedTag, ...] = ()
    unread: tuple[Finding, ...] = ()


def _observe_packages(world: World, config: Config, clone: CloneState, *, asks_forge: bool) -> _Packages:
    """Return the histories and the version files; raises `PreflightError` for a path of a package without commits."""
    git = world.git
    unread: tuple[Finding, ...] = ()
    histories = tuple(
        observe_history(git, _through_links(world, package), clone.base, clone.tags, clone.channel.prerelease)
        for package in packages(config)
    )
    if asks_forge and clone.branch:
        histories, unread = with_overrides(world, histories, clone.branch)
    tags = {**clone.tags, **(clone.remote.tags if clone.remote else {})}
    about_history = history_findings(git, clone.base, config, histories, tags)
    if any_blocks(about_history.paths):  # the files of the packages cannot be read then
        raise PreflightError((*about_history.paths, *about_history.tags), state="nothing was changed")
    files = {history.package.name: _version_files(world, clone.base, history.package) for history in histories}
    no_package = observe_no_package(git, clone.base, histories, rules_of(config))
    pushed = clone.remote.tags if clone.remote else {}
    misplaced = misplaced_tags(git, clone.tags, pushed, packages(config), clone.channel, config.release.remote)
    return _Packages(histories, files, tags, no_package, about_history, misplaced, unread)


def _findings(world: World, config: Config, clone: CloneState, found: _Packages) -> Iterator[Finding]:
    """Yield the findings about the clone, the packages and the branches."""
    git, histories, files = world.git, found.histories, found.version_files
    yield from clone.findings
    yield from found.unread
    yield from found.no_package.findings
    about_history, misplaced = found.about_history, found.misplaced
    yield from repository_findings(world, config, clone, histories, found.tags, files, about_history, misplaced)
    yield from unmade_release_findings(git, config, histories, files, clone.base, found.tags)
    yield from back_merge_findings(config, clone)
    yield from promoted_branch_findings(git, config, clone, histories)


def _unfinished(
    world: World,
    config: Config,
    histories: Sequence[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
    clone: CloneState,
) -> tuple[Unfinished, ...]:
    """Return the releases to finish: those that were interrupted, and those whose pull request was merged."""
    if clone.remote is None:
        return ()
    merged = observe_merged(world, config, histories, files, clone.remote, clone.branch)
    return observe_unfinished(world, config.release, histories, files, merged, clone.remote, clone.branch)


def _local_tags(
    git: Git, config: Config, clone: CloneState, histories: Sequence[History], unfinished: Sequence[Unfinished]
) -> tuple[Finding, ...]:
    """Return the findings about last releases whose tag the remote lacks, without those that are finished now."""
    known = {*(clone.remote.tags if clone.remote else ()), *(each.tag for each in unfinished)}
    found = tuple(local_tag_findings(known, histories, config.release.remote))
    if not found or clone.remote is None:
        return found
    known.update(git.remote_refs().tags)  # somebody can have pushed the tag between the first look and the fetch
    return tuple(local_tag_findings(known, histories, config.release.remote))


def _world_findings(world: World, config: Config, of_forge: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings of each port that a release uses; those of the forge are given."""
    yield from world.git.findings()
    yield from of_forge
    yield from _image_findings(world, config)
    yield from attestation_findings(world, _attestation_key(config), (), attesting=True)
    yield from notification_findings(config, world)


def _image_findings(world: World, config: Config) -> Iterator[Finding]:
    """Yield the findings of the registry and the engine about the images of a release."""
    images = config.release.images.values()
    if images:
        yield from world.registry.findings([image.name for image in images])
        yield from build_findings(world.engine, list(map(build_options, images)), config.release.prepare)


def _attestation_key(config: Config) -> str:
    """Return the path of the public key that a release attests something for; empty if it attests nothing."""
    if config.release.assets and config.release.attest_assets:
        return config.attestation.public_key
    return config.release_attestation_key if config.release.images else ""


def _files(
    world: World,
    clone: CloneState,
    histories: Iterable[History],
    files: Mapping[str, tuple[VersionFileConfig, ...]],
    dirty: tuple[str, ...],
) -> Iterator[tuple[str, FileState]]:
    """Yield the path and the state of each file that a release can write."""
    for path in (file.path for entries in files.values() for file in entries):
        state = _state(world, clone, path, dirty)
        if state.committed is None and state.current is None:
            state = replace(state, similar=similar_name(path, world.git.paths(clone.base)) or "")
        yield path, state
    for history in histories:
        yield history.package.changelog, _state(world, clone, history.package.changelog, dirty)


def _state(world: World, clone: CloneState, path: str, dirty: tuple[str, ...]) -> FileState:
    committed = world.git.text(clone.base, path)
    head = committed if clone.head == clone.base else world.git.text(clone.head, path)
    current = world.files.read(path)
    if current == head:
        return FileState(committed, current)
    if current is None and path not in dirty:
        return FileState(committed, current, is_absent=True)
    edited = world.git.differs(path)
    # A run that is stopped while it moves the branch back from its own commit leaves the files from before that commit.
    is_leftover = edited and (world.files.wrote(path) or (clone.head_is_leftover and current == committed))
    return FileState(committed, current, edited, is_leftover, is_converted=not edited)


def _through_links(world: World, package: Package) -> Package:
    """Return `package` with the real path of its changelog."""
    return replace(package, changelog=world.files.real_path(package.changelog))


def _go_modules(git: Git, base: str, packages: Iterable[Package]) -> Iterator[tuple[str, str]]:
    """Yield the name and the module path of each package with a `go.mod`."""
    for package in packages:
        path = module_path(git.text(base, package.inside("go.mod")) or "")
        if path:
            yield package.name, path


def _version_files(world: World, base: str, package: Package) -> tuple[VersionFileConfig, ...]:
    """Return the version files of `package` with their real paths."""
    files = version_files(world.git, base, package)
    return tuple(replace(file, path=world.files.real_path(file.path)) for file in files)

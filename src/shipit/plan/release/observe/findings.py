"""The findings about the files and the tags of a repository, before anything is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.finding import Finding, any_blocks
from shipit.plan.release.observe.clone_state import CloneState
from shipit.plan.version import (
    History,
    MisplacedTag,
    Package,
    calendar_findings,
    higher_release_findings,
    packages,
    prerelease_findings,
    rules_of,
    tag_findings,
    tag_object_findings,
)
from shipit.plan.version.files.nested import nested_findings
from shipit.plan.version.files.unwritten import unwritten_findings
from shipit.plan.version.files.version_files import detected_version_files, version_file_findings
from shipit.plan.version.package.paths import changelog_findings, path_findings, shared_file_findings
from shipit.world import Git, World


class HistoryFindings(Struct, frozen=True):
    """The findings about the paths of packages, version files below the root, and tags.

    If one of them blocks, the next version is a guess: also that there is nothing to release.
    """

    paths: tuple[Finding, ...] = ()
    nested: tuple[Finding, ...] = ()
    tags: tuple[Finding, ...] = ()

    @property
    def block(self) -> bool:
        """True if a release cannot be decided."""
        return any_blocks((*self.paths, *self.nested, *self.tags))


def history_findings(
    git: Git, base: str, config: Config, histories: Sequence[History], tags: Mapping[str, str]
) -> HistoryFindings:
    """Return the findings without which the next version is known.

    Args:
        git: the repository.
        base: the commit to release.
        config: the configuration.
        histories: the history of each package.
        tags: the commit of each tag, here and on the remote.
    """
    paths = tuple(path_findings(git, base, packages(config)))
    about_tags = tuple(tag_findings(git, base, tags, histories, config.release.remote))
    # Both may propose packages, and in other words.
    nested = () if about_tags else tuple(nested_findings(git, base, histories[0], tags))
    return HistoryFindings(paths, nested, about_tags)


def repository_findings(
    world: World,
    config: Config,
    clone: CloneState,
    histories: Sequence[History],
    tags: Mapping[str, str],
    files: Mapping[str, tuple[VersionFileConfig, ...]],
    about_history: HistoryFindings,
    misplaced: Sequence[MisplacedTag],
) -> Iterator[Finding]:
    """Yield the findings about version files, changelogs, the paths of packages, and tags.

    Args:
        world: the ports.
        config: the configuration.
        clone: the state of the clone.
        histories: the history of each package.
        tags: the commit of each tag, here and on the remote.
        files: the version files of each package, by its name.
        about_history: the findings of `history_findings`.
        misplaced: the tags that are on no commit.

    Raises `ConfigError` for a version file that is a link out of the repository.
    """
    git, base = world.git, clone.base
    yield from _version_file_findings(world, base, packages(config), about_history.nested)
    yield from about_history.paths
    yield from shared_file_findings(files)
    yield from changelog_findings(git, base, [each.package for each in histories], config.release.write_back)
    yield from about_history.nested
    yield from unwritten_findings(git, base, histories[0], tags, files[histories[0].package.name], rules_of(config))
    yield from about_history.tags
    pushed = clone.remote.tags if clone.remote else {}
    yield from tag_object_findings(misplaced)
    yield from higher_release_findings(git, pushed if clone.remote else tags, histories, clone.channel)
    if not config.release.channels:
        yield from prerelease_findings(histories, clone.channel)
    yield from calendar_findings(git, tags, histories)


def _version_file_findings(
    world: World, base: str, packages: Sequence[Package], nested: Collection[Finding]
) -> Iterator[Finding]:
    """Yield the findings about version files; a missing one is left out if `nested` ones are found further down."""
    for package in packages:
        for found in _findings_of(world, base, package):
            if found.blocks or found.code != "version-file" or not nested:
                yield found


def _findings_of(world: World, base: str, package: Package) -> Iterator[Finding]:
    """Yield a finding for each detected version file that is a link, or the findings about their content."""
    detected = detected_version_files(world.git, base, package) if package.version_files is None else ()
    targets = {file.path: world.files.real_path(file.path) for file in detected}
    links = {path: target for path, target in targets.items() if path != target}
    for path, target in links.items():
        what = f"the version file `{path}` is a link to `{target}`"
        yield Finding("version-file", what, f'name the file itself: version-files = ["{target}"]')
    if not links:
        yield from version_file_findings(world.git, base, package)


def signature_findings(world: World, config: Config, clone: CloneState) -> Iterator[Finding]:
    """Yield a warning if the branch accepts only signed commits, and the release commit will not be signed.

    A token that may bypass the rule can push it nevertheless. The forge signs the commit of a release pull request.
    """
    mode, branch = config.release.write_back, clone.branch or ""
    is_unsigned = mode.pushes and clone.is_release_branch and not world.git.signs()
    if is_unsigned and world.forge.requires_signatures(branch):
        what = f"`{branch}` requires signed commits, and git does not sign the release commit: its push can be refused"
        fix = (
            "let git sign, with a key that GitHub knows: git config commit.gpgSign true; or set "
            '`write-back = "api"` or `"pull-request"`: then GitHub signs the commit'
        )
        yield Finding("github-unsigned", what, fix, "warning")

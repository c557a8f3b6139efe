"""The past releases of a repository with the commits of each, from one reading of the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import Config
from shipit.core.history import Log, columns
from shipit.core.history.windows import Window, release_windows
from shipit.core.versions import Tag, version_tags
from shipit.errors import PreflightError
from shipit.plan.version import Dependency, History, Package, format_findings, history_since, packages, require_depth
from shipit.world import Git


class PastWindow(Struct, frozen=True):
    """The release `made`, the highest release `before` it, and the `history` that a run between them would have.

    `dependencies` are the releases, between the two, of packages that its package depends on.
    """

    before: Tag
    made: Tag
    history: History
    dependencies: tuple[Dependency, ...] = ()

    @property
    def released(self) -> str:
        """The released version."""
        return str(self.made.version)


def observe_windows(git: Git, config: Config, last: int | None = None) -> tuple[tuple[PastWindow, ...], int]:
    """Return the stable releases that have an earlier one in their history, and the number of all pre-releases.

    The releases of a package are together, the lowest version first. Each history has the earlier release as its only
    tag. The log is read once, however many releases there are.

    Args:
        git: the repository.
        config: the configuration, with the tag formats.
        last: return only so many releases of each package, the highest versions; None for all.

    Raises `PreflightError` when the history is incomplete, or when no version tag has the configured format.
    """
    require_depth(git, config.release.remote)
    named, all_packages = {tag.name: tag.commit for tag in git.tags()}, packages(config)
    tags = [version_tags(named, package.format) for package in all_packages]
    tips = _tips(git, [tag.commit for tag in chain(*tags)])
    findings = tuple(format_findings(git, tips[0], named, all_packages, config.release.remote)) if tips else ()
    if findings:
        raise PreflightError(findings, state="nothing was changed")
    log = _read(git, tips)
    pairs = list(zip(all_packages, tags, strict=True))
    windows = [each for package, mine in pairs for each in _windows(git, tips, log, package, mine, last)]
    return tuple(_with_dependencies(each, pairs) for each in windows), _prereleases(named, all_packages)


def _tips(git: Git, released: Sequence[str]) -> list[str]:
    """Return HEAD and those of the commits `released` that are not in its history; nothing before the first commit."""
    head = git.head()
    if head is None:
        return []
    inside = git.reachable(head, released)
    return list(dict.fromkeys([head, *(commit for commit in released if commit not in inside)]))


def _read(git: Git, tips: Sequence[str]) -> Log:
    log = Log()
    if tips:
        with closing(git.log(tips)) as stream:
            for part in columns(stream):
                log.add(part)
    return log


def _windows(
    git: Git, tips: Sequence[str], log: Log, package: Package, tags: Sequence[Tag], last: int | None
) -> Iterator[PastWindow]:
    windows = release_windows(log, tags)
    touching = None
    if package.paths and windows:
        touching = git.touching(package.paths, tips[0], also=tips[1:], without=package.exclude)
    for window in windows[-last:] if last else windows:
        yield PastWindow(window.before, window.made, _history(package, window, log, touching))


def _with_dependencies(window: PastWindow, tags: Sequence[tuple[Package, Sequence[Tag]]]) -> PastWindow:
    """Return `window` with the releases in it of the packages that its package depends on.

    Args:
        window: the release and its history.
        tags: each package with its release tags, the highest version first.
    """
    wanted, commits = window.history.package.depends_on, window.history.new
    newest = ((each.name, next((tag for tag in own if tag.commit in commits), None)) for each, own in tags)
    found = (Dependency(name, str(tag.version), tag.name) for name, tag in newest if tag and name in wanted)
    return replace(window, dependencies=tuple(found)) if wanted else window


def _history(package: Package, window: Window, log: Log, touching: Set[str] | None) -> History:
    commits = [log.commit(position) for segment in window.segments for position in segment]
    return history_since(package, window.before, commits, touching)


def _prereleases(named: Mapping[str, str], all_packages: Sequence[Package]) -> int:
    versions = (package.format.parse(name) for package in all_packages for name in named)
    return sum(version is not None and version.prerelease is not None for version in versions)

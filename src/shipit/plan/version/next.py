"""The next versions from local history: without a token, and without network access unless the clone is shallow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from functools import cache, partial
from typing import Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import BranchConfig, Config
from shipit.errors import PreflightError
from shipit.finding import Finding, any_blocks, warnings_of
from shipit.plan.version.calendar_versions import calendar_findings
from shipit.plan.version.decide import NextRelease, decide_version, decide_version_only, rules_of
from shipit.plan.version.decision import CommitReason, Decision, Dependency, NextVersion
from shipit.plan.version.files.declared import Declared, DeclaredVersion, is_behind, may_have_version_files
from shipit.plan.version.history import History, observe_history
from shipit.plan.version.package.dependencies import decide_each
from shipit.plan.version.package.model import NESTED_NAMES, Package, channel, main_channel, packages
from shipit.plan.version.shallow import require_depth
from shipit.plan.version.tag_check import MisplacedTag, misplaced_tags, tag_findings
from shipit.world import Git


class _Versioned(Protocol):
    @property
    def version(self) -> str | None: ...


_Result = TypeVar("_Result", bound=_Versioned)


class Upcoming(Struct, frozen=True):
    """The next version of every package; `decisions` are the same with the reasons, if they were requested.

    `ignored` are the commits of no package, and `findings` the warnings.
    """

    versions: tuple[NextVersion, ...] = ()
    decisions: tuple[Decision, ...] = ()
    ignored: tuple[CommitReason, ...] = ()
    findings: tuple[Finding, ...] = ()


def observe_upcoming(
    git: Git, config: Config, branch: str | None = None, *, reasons: bool, only: Collection[str] = ()
) -> Upcoming:
    """Return the same versions as `next_releases` or `next_versions`, and the commits that no package counts.

    Args:
        git: the repository.
        config: the configuration.
        branch: the branch to use when HEAD is detached.
        reasons: return each version with its reasons.
        only: the names of the packages to decide about; empty for all.
    """
    inputs: _VersionInputs | None
    if reasons:
        inputs, releases = _at_head(git, config, branch, decide_version, only)
        decisions = tuple(each.decision for each in releases)
        found = Upcoming(tuple(NextVersion(each.package, each.version) for each in decisions), decisions)
    else:
        inputs, versions = _at_head(git, config, branch, decide_version_only, only)
        found = Upcoming(versions)
    return replace(found, **inputs.remarks(git)) if inputs else found


def next_releases(git: Git, config: Config, branch: str | None = None) -> tuple[NextRelease, ...]:
    """Return the next version of every package at HEAD, with the reasons; empty before the first commit.

    Args:
        git: the repository.
        config: the configuration.
        branch: the branch to use when HEAD is detached.

    Raises the same errors as `decide_version`, and `PreflightError` when the history is incomplete or the tags do not
    show the last release.
    """
    return _at_head(git, config, branch, decide_version)[1]


def next_versions(git: Git, config: Config, branch: str | None = None) -> tuple[NextVersion, ...]:
    """Return the same versions as `next_releases` without the reasons, which is faster."""
    return _at_head(git, config, branch, decide_version_only)[1]


def next_releases_at(
    git: Git,
    config: Config,
    head: str,
    branch: str | None,
    rewrite: Callable[[History], History] = lambda history: history,
) -> tuple[NextRelease, ...]:
    """Return the next version of every package as if `branch` were at the commit `head`.

    Args:
        git: the repository.
        config: the configuration.
        head: a commit id.
        branch: the branch that the release is made from.
        rewrite: changes each package's history before the decision, such as to squash commits.

    Raises the same errors as `next_releases`.
    """
    return _version_inputs(git, config, head, branch, rewrite).apply(decide_version)


def _at_head(
    git: Git, config: Config, branch: str | None, decide: Callable[..., _Result], only: Collection[str] = ()
) -> tuple[_VersionInputs | None, tuple[_Result, ...]]:
    """Return the results of `decide` for HEAD, and the inputs that they are made from; None before the first commit."""
    head = git.head()
    if head is None:
        return None, ()
    branch = git.branch() or branch
    inputs = _version_inputs(git, config, head, branch)
    results = inputs.apply(decide, only)
    if any(each.version for each in results):
        return inputs, results
    unpushed = _inputs_before_unpushed_release(git, config, head, branch)
    return (unpushed, unpushed.apply(decide, only)) if unpushed else (inputs, results)


class _VersionInputs(Struct, frozen=True):
    """The arguments of `decide_version` at the commit `head` for all packages, and the warnings about paths and tags.

    `packages` are pairs of history and declared versions. These and the tags that are on no commit (`misplaced`) are
    read when they are needed.
    """

    head: str
    config: Config
    channel: BranchConfig
    tags: Mapping[str, str]
    warnings: tuple[Finding, ...]
    packages: tuple[tuple[History, Declared], ...]
    misplaced: Callable[[], Sequence[MisplacedTag]] = tuple

    def apply(self, decide: Callable[..., _Result], only: Collection[str] = ()) -> tuple[_Result, ...]:
        """Return the result of `decide` for each package, or for those with a name in `only` if it is not empty."""
        declared = {history.package.name: read for history, read in self.packages}

        def decided(history: History, dependencies: tuple[Dependency, ...]) -> Any:
            return decide(
                history,
                self.config,
                self.channel,
                taken=self.tags,
                misplaced=self.misplaced,
                declared=declared[history.package.name],
                dependencies=dependencies,
            )

        return decide_each([history for history, _ in self.packages], decided, only)

    def remarks(self, git: Git) -> dict[str, Any]:
        """Return the commits of no package, and the warnings, as fields of `Upcoming`.

        The modules are loaded only in the repositories that need them.
        """
        if self.config.packages:
            from shipit.plan.version.package.no_package import observe_no_package

            no_package = observe_no_package(
                git, self.head, [history for history, _ in self.packages], rules_of(self.config)
            )
            return {"ignored": no_package.ignored, "findings": (*self.warnings, *no_package.findings)}
        if self.config.release.version_files is not None:
            return {"findings": self.warnings}
        (history, declared), *_ = self.packages
        named = self._paths_with_tags(git)
        nested = () if named else git.nested_files(NESTED_NAMES)
        if not named and not nested:
            return {"findings": self.warnings}
        root_is_released = bool((root := declared()) and not is_behind(root, history.stable))
        if root_is_released and not named:
            return {"findings": self.warnings}
        from shipit.plan.version.files.nested import nested_findings

        paths = named if root_is_released else nested or None
        findings = tuple(nested_findings(git, self.head, history, self.tags, paths))
        if any_blocks(findings):
            raise PreflightError(findings, state="nothing was changed")
        return {"findings": (*self.warnings, *(() if root_is_released else findings))}

    def _paths_with_tags(self, git: Git) -> Sequence[str]:
        """Return the version files below the root of which tags beside those of releases can show own releases."""
        (history, _), *_ = self.packages
        format = history.package.format
        others = {name: id for name, id in self.tags.items() if format.text_of_version(name) is None}
        if not others or history.package.format_is_configured:
            return ()
        from shipit.core.versions.tag_family import tag_families  # few repositories need it

        names = {family.name for family in tag_families(others) if family.name}
        if not names:
            return ()
        from shipit.plan.version.files.nested import named_paths

        return named_paths(git.paths(self.head), names)


def _inputs_before_unpushed_release(git: Git, config: Config, head: str, branch: str | None) -> _VersionInputs | None:
    """Return the inputs without the unpushed release commits at `head`; None when there are no such commits."""
    from shipit.plan.version.unpushed import (
        unpushed_release_commits,
    )  # here because few runs need it

    tip = git.tracked(branch) if branch else None
    unpushed = unpushed_release_commits(git, head, tip) if tip else ()
    if not unpushed:
        return None
    ignored = {commit.id for commit in unpushed}
    return _version_inputs(git, config, unpushed[-1].parents[0], branch, ignored=ignored)


def _version_inputs(
    git: Git,
    config: Config,
    head: str,
    branch: str | None,
    rewrite: Callable[[History], History] = lambda history: history,
    ignored: Set[str] = frozenset(),
) -> _VersionInputs:
    """Return the inputs at the commit `head`; the tags of the commits with an id in `ignored` are left out."""
    require_depth(git, config.release.remote)
    release_channel = channel(config, branch, branch) or main_channel(config, branch)
    tags = {tag.name: tag.commit for tag in git.tags() if tag.commit not in ignored}
    histories = [observe_history(git, package, head, tags, release_channel.prerelease) for package in packages(config)]
    findings = tuple(tag_findings(git, head, tags, histories, config.release.remote))
    about_paths = _path_findings(git, head, config)
    if any_blocks((*about_paths, *findings)):
        raise PreflightError((*about_paths, *findings), state="nothing was changed")
    pairs = tuple((rewrite(each), cache(partial(_declared, git, head, each.package))) for each in histories)
    warnings = (*warnings_of(about_paths), *calendar_findings(git, tags, histories))
    misplaced = partial(misplaced_tags, git, tags, tags, packages(config), release_channel, config.release.remote)
    return _VersionInputs(head, config, release_channel, tags, warnings, pairs, misplaced)


def _path_findings(git: Git, head: str, config: Config) -> tuple[Finding, ...]:
    if not config.packages:
        return ()
    from shipit.plan.version.package.paths import path_findings  # only repositories with several packages need it

    return tuple(path_findings(git, head, packages(config)))


def _declared(git: Git, head: str, package: Package) -> tuple[DeclaredVersion, ...]:
    if package.version_files is None and not may_have_version_files(git, head, package):
        return ()
    from shipit.plan.version.files.version_files import declared_versions, main_version_files  # loading them takes time

    return declared_versions(git, head, main_version_files(git, head, package))

"""The next version from local history: no token, no network but for a shallow clone, little to load."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from typing import Protocol, TypeVar

from msgspec import Struct

from shipit.config.model import BranchConfig, Config
from shipit.errors import PreflightError
from shipit.plan.version.decide import NextRelease, coming, decide_version
from shipit.plan.version.decision import NextVersion
from shipit.plan.version.history import History, observe_history
from shipit.plan.version.package import channel, main_channel, packages
from shipit.plan.version.shallow import require_depth
from shipit.plan.version.tag_check import tag_findings
from shipit.plan.version.unpushed import never_pushed
from shipit.world import Git


class _Versioned(Protocol):
    @property
    def version(self) -> str | None: ...


_Answer = TypeVar("_Answer", bound=_Versioned)


def next_releases(git: Git, config: Config, branch: str | None = None) -> tuple[NextRelease, ...]:
    """The next version of every package at HEAD, and why.

    Args:
        branch: the branch where HEAD is detached.

    Raises `ConflictError` as `decide_version` does, `PreflightError` when history or tags cannot be trusted.
    """
    return _at_head(git, config, branch, decide_version)


def next_versions(git: Git, config: Config, branch: str | None = None) -> tuple[NextVersion, ...]:
    """The same without the reasons, for which less has to be read."""
    return _at_head(git, config, branch, coming)


def next_releases_at(
    git: Git, config: Config, head: str, branch: str | None, seen: Callable[[History], History] = lambda seen: seen
) -> tuple[NextRelease, ...]:
    """What `next_releases` tells, were `branch` at `head`.

    Args:
        seen: how to see the history there, where it is to become another.
    """
    return _outlook(git, config, head, branch, seen).ask(decide_version)


def _at_head(git: Git, config: Config, branch: str | None, decide: Callable[..., _Answer]) -> tuple[_Answer, ...]:
    head = git.head()
    if head is None:
        return ()
    branch = git.branch() or branch
    answers = _outlook(git, config, head, branch).ask(decide)
    unpushed = None if any(each.version for each in answers) else _before_the_push(git, config, head, branch)
    return unpushed.ask(decide) if unpushed else answers


class _Outlook(Struct, frozen=True):
    """What versions are decided from: each package's history with the version that its files announce."""

    config: Config
    channel: BranchConfig
    tags: Collection[str]
    packages: tuple[tuple[History, str | None], ...]

    def ask(self, decide: Callable[..., _Answer]) -> tuple[_Answer, ...]:
        return tuple(
            decide(history, self.config, self.channel, taken=self.tags, declared=declared)
            for history, declared in self.packages
        )


def _before_the_push(git: Git, config: Config, head: str, branch: str | None) -> _Outlook | None:
    """From below the release at `head`, as if it had not been made; None where it was pushed."""
    tip = git.tracked(branch) if branch else None
    left = never_pushed(git, head, tip) if tip else ()
    ignoring = {commit.id for commit in left}
    return _outlook(git, config, left[-1].parents[0], branch, ignoring=ignoring) if left else None


def _outlook(
    git: Git,
    config: Config,
    head: str,
    branch: str | None,
    seen: Callable[[History], History] = lambda seen: seen,
    ignoring: Set[str] = frozenset(),
) -> _Outlook:
    """Args:
    ignoring: commits whose tags do not count.
    """
    require_depth(git)
    release_channel = channel(config, branch, branch) or main_channel(config, branch)
    tags = {tag.name: tag.commit for tag in git.tags() if tag.commit not in ignoring}
    histories = [observe_history(git, package, head, tags, release_channel.prerelease) for package in packages(config)]
    findings = tuple(tag_findings(tags, histories))
    if findings:
        raise PreflightError(findings, state="nothing was changed")
    found = tuple((seen(each), None if each.stable else _declared(git, head, each)) for each in histories)
    return _Outlook(config, release_channel, tags.keys(), found)


def _declared(git: Git, head: str, history: History) -> str | None:
    from shipit.plan.version.version_files import declared_version, version_files  # only a first release needs them

    return declared_version(git, head, version_files(git, head, history.package))

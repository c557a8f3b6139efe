"""The next version from local history: no token, no network but for a shallow clone, little to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shipit.config.model import BranchConfig, Config
from shipit.errors import PreflightError
from shipit.plan.decide import Verdict, decide
from shipit.plan.depth import require_depth
from shipit.plan.history import History, observe_history
from shipit.plan.packages import channel, main_channel, packages
from shipit.plan.tags import tag_findings
from shipit.world import Git


def next_versions(git: Git, config: Config, branch: str | None = None) -> tuple[Verdict, ...]:
    """The next version of every package at HEAD.

    Args:
        branch: the branch where HEAD is detached.

    Raises `ConflictError` as `decide` does, `PreflightError` when history or tags cannot be trusted.
    """
    head = git.head()
    return versions_at(git, config, head, git.branch() or branch) if head else ()


def versions_at(
    git: Git, config: Config, head: str, branch: str | None, seen: Callable[[History], History] = lambda seen: seen
) -> tuple[Verdict, ...]:
    """The same, were `branch` at `head`.

    Args:
        seen: how to see the history there, where it is to become another.
    """
    require_depth(git)
    release_channel = channel(config, branch, branch) or main_channel(config, branch)
    tags = {tag.name: tag.commit for tag in git.tags()}
    histories = [observe_history(git, package, head, tags, release_channel.prerelease) for package in packages(config)]
    findings = tuple(tag_findings(tags, histories))
    if findings:
        raise PreflightError(findings, state="nothing was changed")
    return tuple(_decide(git, head, seen(history), config, release_channel, tags) for history in histories)


def _decide(
    git: Git, head: str, history: History, config: Config, branch: BranchConfig, tags: Mapping[str, str]
) -> Verdict:
    announced = None if history.stable else _announced(git, head, history)
    return decide(history, config, branch, taken=tags.keys(), announced=announced)


def _announced(git: Git, head: str, history: History) -> str | None:
    from shipit.plan.version_files import announced_version, version_files  # only a first release needs them

    return announced_version(git, head, version_files(git, head, history.package))

"""The next version from local history: no token, no network but for a shallow clone, little to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from shipit.config.model import BranchConfig, Config
from shipit.errors import PreflightError
from shipit.plan.decide import Verdict, decide
from shipit.plan.depth import require_depth
from shipit.plan.history import History, observe_history
from shipit.plan.packages import channel, main_channel, packages
from shipit.plan.standing import never_pushed
from shipit.plan.tags import tag_findings
from shipit.world import Git


def next_versions(git: Git, config: Config, branch: str | None = None) -> tuple[Verdict, ...]:
    """The next version of every package at HEAD.

    Args:
        branch: the branch where HEAD is detached.

    Raises `ConflictError` as `decide` does, `PreflightError` when history or tags cannot be trusted.
    """
    head = git.head()
    if head is None:
        return ()
    branch = git.branch() or branch
    verdicts = versions_at(git, config, head, branch)
    released = not any(verdict.decision.version for verdict in verdicts)
    return (_before_the_push(git, config, head, branch) or verdicts) if released else verdicts


def _before_the_push(git: Git, config: Config, head: str, branch: str | None) -> tuple[Verdict, ...]:
    """What is next where the release at `head` was never pushed: the same once more; empty where it was."""
    tip = git.tracked(branch) if branch else None
    left = never_pushed(git, head, tip) if tip else ()
    ignoring = {commit.id for commit in left}
    return versions_at(git, config, left[-1].parents[0], branch, ignoring=ignoring) if left else ()


def versions_at(
    git: Git,
    config: Config,
    head: str,
    branch: str | None,
    seen: Callable[[History], History] = lambda seen: seen,
    ignoring: Set[str] = frozenset(),
) -> tuple[Verdict, ...]:
    """The same, were `branch` at `head`.

    Args:
        seen: how to see the history there, where it is to become another.
        ignoring: commits whose tags do not count.
    """
    require_depth(git)
    release_channel = channel(config, branch, branch) or main_channel(config, branch)
    tags = {tag.name: tag.commit for tag in git.tags() if tag.commit not in ignoring}
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

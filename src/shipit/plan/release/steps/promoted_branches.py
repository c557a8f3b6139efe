"""The steps that move the branches of environments to a release (`from`), and the warnings where they are not moved.

A branch that people changed, or brought back to an earlier release, is moved only by the command `promote-branch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.model import Config
from shipit.core.versions import Version
from shipit.finding import Finding
from shipit.plan.release.observe import Observed, PromotedBranch, TargetBranch, Undo, target_branch_findings
from shipit.steps.branches import MoveBranch
from shipit.steps.repository import ReleaseCommit


class ReleasedPackage(Struct, frozen=True):
    """A package that is released: its name, the tag and the version."""

    name: str
    tag: str
    version: Version


def promotion_steps(
    config: Config, observed: Observed, released: Sequence[ReleasedPackage], commit: ReleaseCommit
) -> Iterator[MoveBranch]:
    """Yield a step for each branch that moves it to a release.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        released: the packages that are released.
        commit: the commit of the release.
    """
    tags = ", ".join(each.tag for each in released)
    for promoted in observed.promoted_branches:
        if not any(_stops(config, observed, promoted.compared, released)):
            yield _step(config, observed, promoted.compared[released[0].name], tags, commit)


def promotion_findings(config: Config, observed: Observed, released: Sequence[ReleasedPackage]) -> Iterator[Finding]:
    """Yield a warning for each branch that is not moved to the release, because that could undo what people did."""
    for promoted in observed.promoted_branches:
        yield from dict.fromkeys(_stops(config, observed, promoted.compared, released))


def missing_promotion_steps(config: Config, observed: Observed) -> Iterator[MoveBranch]:
    """Yield a step for each branch that lacks the last release, because a run was interrupted or the move failed.

    After another commit, people can have moved the branch back: then only a warning names the command.
    """
    for promoted in observed.promoted_branches:
        lacks, state = promoted.lacks, promoted.compared_with_last
        if lacks and state and promoted.nothing_followed and not any(_stops_last(config, observed, promoted)):
            yield _step(config, observed, state, lacks.name, ReleaseCommit(lacks.commit, None, lacks.name))


def missing_promotion_findings(config: Config, observed: Observed) -> Iterator[Finding]:
    """Yield a warning for each branch that lacks the last release and is not moved to it by this plan."""
    for promoted in observed.promoted_branches:
        stops, branch = tuple(_stops_last(config, observed, promoted)), promoted.branch
        yield from stops
        if promoted.lacks and not promoted.nothing_followed and not stops:
            what = (
                f"`{branch}` does not have {promoted.lacks.name}, the last release of `{observed.clone.branch}`; "
                f"other commits followed that release, so people can have moved `{branch}` back, and shipit leaves it "
                "as it is"
            )
            fix = f"if it must have the release: shipit promote-branch {quote(branch)}"
            yield Finding("environment-behind", what, fix, "warning")


def _stops_last(config: Config, observed: Observed, promoted: PromotedBranch) -> Iterator[Finding]:
    """Yield a warning for each reason not to move a branch to the last release, if it lacks that one."""
    lacks, state = promoted.lacks, promoted.compared_with_last
    if lacks and state:
        last = ReleasedPackage(promoted.package, lacks.name, lacks.version)
        yield from _stops(config, observed, {promoted.package: state}, [last])


def _stops(
    config: Config, observed: Observed, compared: Mapping[str, TargetBranch], released: Iterable[ReleasedPackage]
) -> Iterator[Finding]:
    """Yield a warning for each reason not to move a branch to the release."""
    for each in released:
        state = compared[each.name]
        for found in target_branch_findings(state, each.tag, each.version, observed.clone.branch or "", config):
            if state.undo and not found.blocks:
                again = f"; to move it nevertheless: shipit promote-branch {quote(state.name)}"
                yield replace(found, what=_undone(state.name, state.undo, each.tag), fix=found.fix + again)
            else:
                yield found.as_warning(f"{found.what}; so shipit does not move it")


def _undone(branch: str, undo: Undo, release: str) -> str:
    return (
        f"`{undo.subject}` ({undo.commit[:7]}) brought `{branch}` back to {undo.tag}, so shipit does not move it to "
        f"{release}: that can serve again what this commit removed"
    )


def _step(config: Config, observed: Observed, state: TargetBranch, release: str, commit: ReleaseCommit) -> MoveBranch:
    return MoveBranch(
        branch=state.name,
        release=release,
        commit=commit,
        source=observed.clone.branch or "",
        expected=state.tip,
        forwards=state.forwards,
        author=config.release.author,
        proposes=observed.has_pull_requests,
    )

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
from shipit.plan.release.observe import Following, Observed, TargetBranch, Undo, target_branch_findings
from shipit.steps.repository import FollowRelease, ReleaseCommit


class ReleasedPackage(Struct, frozen=True):
    """A package that is released: its name, the tag and the version."""

    name: str
    tag: str
    version: Version


def follow_steps(
    config: Config, observed: Observed, released: Sequence[ReleasedPackage], commit: ReleaseCommit
) -> Iterator[FollowRelease]:
    """Yield a step for each branch that moves it to a release.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        released: the packages that are released.
        commit: the commit of the release.
    """
    tags = ", ".join(each.tag for each in released)
    for following in observed.following:
        if not any(_stops(config, observed, following.beside, released)):
            yield _step(config, observed, following.beside[released[0].name], tags, commit)


def follow_findings(config: Config, observed: Observed, released: Sequence[ReleasedPackage]) -> Iterator[Finding]:
    """Yield a warning for each branch that is not moved to the release, because that could undo what people did."""
    for following in observed.following:
        yield from dict.fromkeys(_stops(config, observed, following.beside, released))


def missing_follow_steps(config: Config, observed: Observed) -> Iterator[FollowRelease]:
    """Yield a step for each branch that lacks the last release, because a run was interrupted or the move failed.

    After another commit, people can have moved the branch back: then only a warning names the command.
    """
    for following in observed.following:
        lacks, state = following.lacks, following.beside_last
        if lacks and state and following.is_newest and not any(_stops_last(config, observed, following)):
            yield _step(config, observed, state, lacks.name, ReleaseCommit(lacks.commit, None, lacks.name))


def missing_follow_findings(config: Config, observed: Observed) -> Iterator[Finding]:
    """Yield a warning for each branch that lacks the last release and is not moved to it by this plan."""
    for following in observed.following:
        stops, branch = tuple(_stops_last(config, observed, following)), following.branch
        yield from stops
        if following.lacks and not following.is_newest and not stops:
            what = (
                f"`{branch}` does not have {following.lacks.name}, the last release of `{observed.clone.branch}`; "
                f"other commits followed that release, so people can have moved `{branch}` back, and shipit leaves it "
                "as it is"
            )
            fix = f"if it must have the release: shipit promote-branch {quote(branch)}"
            yield Finding("environment-behind", what, fix, "warning")


def _stops_last(config: Config, observed: Observed, following: Following) -> Iterator[Finding]:
    """Yield a warning for each reason not to move a branch to the last release, if it lacks that one."""
    lacks, state = following.lacks, following.beside_last
    if lacks and state:
        last = ReleasedPackage(following.package, lacks.name, lacks.version)
        yield from _stops(config, observed, {following.package: state}, [last])


def _stops(
    config: Config, observed: Observed, beside: Mapping[str, TargetBranch], released: Iterable[ReleasedPackage]
) -> Iterator[Finding]:
    """Yield a warning for each reason not to move a branch to the release."""
    for each in released:
        state = beside[each.name]
        for found in target_branch_findings(state, each.tag, each.version, observed.clone.branch or "", config):
            if state.undo and not found.blocks:
                again = f"; to move it nevertheless: shipit promote-branch {quote(state.name)}"
                yield replace(found, what=_undone(state.name, state.undo, each.tag), fix=found.fix + again)
            else:
                yield found.as_warning(f"{found.what}; so shipit does not move it")


def _undone(branch: str, undo: Undo, release: str) -> str:
    return (
        f"`{undo.subject}` ({undo.commit[:7]}) brought `{branch}` back to {undo.tag}, so shipit does not move it to "
        f"{release}: that would serve again what this commit removed"
    )


def _step(
    config: Config, observed: Observed, state: TargetBranch, release: str, commit: ReleaseCommit
) -> FollowRelease:
    source = observed.clone.branch or ""
    return FollowRelease(state.name, release, commit, source, state.tip, state.forwards, config.release.author)

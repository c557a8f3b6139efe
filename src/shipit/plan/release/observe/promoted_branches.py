"""The branches of environments that are moved to each release (`from`), and their state compared with the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from shlex import quote

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.versions import Tag, version_tags
from shipit.finding import Finding
from shipit.plan.release.observe.back_merge import LastRelease, end_of_release
from shipit.plan.release.observe.clone_state import CloneState
from shipit.plan.release.observe.target_branch import TargetBranch, observe_target_branch
from shipit.plan.release.observe.unfinished import Unfinished
from shipit.plan.version import History
from shipit.world import Git


class PromotedBranch(Struct, frozen=True):
    """A branch that is moved to each release of the release branch.

    `compared` is its state compared with the commit that is released, by the name of the package. `lacks` is the last
    release, of the package `package`, if the branch does not have it, and `compared_with_last` the state compared with
    that one. `nothing_followed` is True if no commit followed that release on the release branch.
    """

    branch: str
    compared: Mapping[str, TargetBranch]
    lacks: Tag | None = None
    package: str = ""
    compared_with_last: TargetBranch | None = None
    nothing_followed: bool = False


def observe_promoted_branches(
    git: Git,
    config: Config,
    clone: CloneState,
    histories: Sequence[History],
    unfinished: Sequence[Unfinished],
    last: LastRelease | None,
) -> tuple[PromotedBranch, ...]:
    """Return the state of each branch that is moved to the releases of this branch, and that the remote has.

    Args:
        git: the clone, after a fetch from the remote.
        config: the configuration.
        clone: the state of the clone.
        histories: the history of each package.
        unfinished: the releases to finish.
        last: the last release that shipit made; None if there is none.
    """
    tips = [(branch, tip) for branch, tip in _tips(config, clone) if tip]
    if not tips:
        return ()
    released = unfinished[-1].commit if unfinished else clone.base
    tags = {each.package.name: _tags(each, clone) for each in histories}
    return tuple(_promoted_branch(git, clone, branch, tip, released, tags, last) for branch, tip in tips)


def promoted_branch_findings(
    git: Git, config: Config, clone: CloneState, histories: Sequence[History]
) -> Iterator[Finding]:
    """Yield a warning for each branch to move that the remote does not have, and an error for a wrong `from`.

    Where `[release]` names no branch, the default branch of the remote is the only release branch.
    """
    if clone.is_release_branch and not config.release.channels:
        for name, environment in config.environments.items():
            if environment.from_ and environment.from_ != clone.branch:
                what = f'`from = "{environment.from_}"` of environment `{name}` is not the release branch'
                yield Finding("environment-from", what, f'write `from = "{clone.branch}"` in `[environments.{name}]`')
    for branch, tip in _tips(config, clone):
        if tip is None:
            what = (
                f"there is no branch `{branch}` on the remote, so it is not moved to the releases of `{clone.branch}`"
            )
            fix = f"{_to_make(git, config, branch, histories)}; or remove `from`"
            yield Finding("environment-branch", what, fix, "warning")


def _to_make(git: Git, config: Config, branch: str, histories: Sequence[History]) -> str:
    """Return what makes `branch` at the last release."""
    released = [history.last.commit for history in histories if history.last]
    if not released:
        return f"after the first release, this command says how to make it: shipit promote-branch {quote(branch)}"
    newest = reduce(lambda one, other: other if git.is_ancestor(one, other) else one, released)
    return f"make it: git push {config.release.remote} {quote(f'{newest[:10]}:refs/heads/{branch}')}"


def _tips(config: Config, clone: CloneState) -> Iterator[tuple[str, str | None]]:
    """Yield the branches to move, each once, with their commits on the remote."""
    if clone.remote is None or not clone.is_release_branch:
        return
    moved = (each.branch for each in config.environments.values() if each.from_ == clone.branch and each.branch)
    for branch in dict.fromkeys(moved):
        yield branch, clone.remote.branches.get(branch)


def _tags(history: History, clone: CloneState) -> Sequence[Tag]:
    """Return the releases of a package on the remote, highest first."""
    remote = clone.remote.tags if clone.remote else {}
    return version_tags(remote, history.package.format, clone.channel.prerelease)


def _promoted_branch(
    git: Git,
    clone: CloneState,
    branch: str,
    tip: str,
    released: str,
    tags: Mapping[str, Sequence[Tag]],
    last: LastRelease | None,
) -> PromotedBranch:
    every = [tag for found in tags.values() for tag in found if git.files_id(tag.commit)]

    def compared(commit: str, package: str) -> TargetBranch:
        own = [tag for tag in tags[package] if git.files_id(tag.commit)]
        return observe_target_branch(git, branch, tip, commit, own, every)

    states = {package: compared(released, package) for package in tags}
    if last is None:
        return PromotedBranch(branch, states)
    tag, package = last.tag, last.package
    if git.is_ancestor(tag.commit, tip) or git.same_files(tag.commit, tip):
        return PromotedBranch(branch, states)
    nothing_followed = clone.expected == end_of_release(git, clone, tag)
    return PromotedBranch(branch, states, tag, package, compared(tag.commit, package), nothing_followed)

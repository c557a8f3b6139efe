"""The branches that a release is brought back into (`back-merge`), and the last release if one of them lacks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.commits.text.release_message import SNAPSHOT_SUBJECT, is_release_of, subject_of
from shipit.core.versions import Tag
from shipit.finding import Finding
from shipit.plan.release.observe.clone_state import CloneState
from shipit.plan.version import History, main_channel
from shipit.world import Git


class Behind(Struct, frozen=True):
    """A release that a branch lacks: its `tag`, and the commit to bring into the branch."""

    tag: str
    commit: str


class BackMergeState(Struct, frozen=True):
    """A branch that releases are brought back into.

    `forwards` is True if all its commits are on the release branch. `behind` is the last release, if the branch lacks
    it; None otherwise.
    """

    branch: str
    forwards: bool
    behind: Behind | None = None


class LastRelease(Struct, frozen=True):
    """The tag of the last release of a branch, and the name of its package."""

    tag: Tag
    package: str


def observe_back_merges(
    git: Git, config: Config, clone: CloneState, last: LastRelease | None
) -> tuple[BackMergeState, ...]:
    """Return the state of each branch in `back-merge` that the remote has; empty on any other release branch.

    Args:
        git: the clone, after a fetch from the remote.
        config: the configuration.
        clone: the state of the clone.
        last: the last release that shipit made; None if there is none.
    """
    end = end_of_release(git, clone, last.tag) if last else ""
    return tuple(
        BackMergeState(
            branch,
            git.is_ancestor(tip, clone.base),
            Behind(last.tag.name, end) if last and not git.is_ancestor(end, tip) else None,
        )
        for branch, tip in _tips(config, clone)
        if tip
    )


def back_merge_findings(config: Config, clone: CloneState) -> Iterator[Finding]:
    """Yield a warning for each branch in `back-merge` that the remote does not have."""
    for branch, tip in _tips(config, clone):
        if tip is None:
            what = f"there is no branch `{branch}` on the remote, so no release is brought back into it"
            fix = f"git push {config.release.remote} HEAD:{branch}, or remove it from `back-merge` in `[release]`"
            yield Finding("back-merge-branch", what, fix, "warning")


def _tips(config: Config, clone: CloneState) -> Iterator[tuple[str, str | None]]:
    """Yield the branches with their commits on the remote; none if the release is of another branch than the first."""
    remote = clone.remote
    if remote is None or not clone.is_release_branch or clone.branch != main_channel(config, remote.default).name:
        return
    yield from ((branch, remote.branches.get(branch)) for branch in config.release.back_merge if branch != clone.branch)


def last_release(git: Git, config: Config, clone: CloneState, histories: Sequence[History]) -> LastRelease | None:
    """Return the last release that shipit made, of several packages the newest; None also if no branch needs it."""
    if not (config.release.back_merge or any(each.from_ for each in config.environments.values())):
        return None
    found: LastRelease | None = None
    for history in histories:
        tag = history.last
        if (
            tag
            and _is_own(git, clone, history, tag)
            and (found is None or git.is_ancestor(found.tag.commit, tag.commit))
        ):
            found = LastRelease(tag, history.package.name)
    return found


def end_of_release(git: Git, clone: CloneState, tag: Tag) -> str:
    """Return the snapshot commit of the release `tag`, if it is the last commit of the branch; else that of the tag."""
    tip = git.commit(clone.expected or "")
    follows = tip and tip.parents == (tag.commit,) and subject_of(tip.message).startswith(_SNAPSHOT)
    return tip.id if tip and follows else tag.commit


_SNAPSHOT = SNAPSHOT_SUBJECT.format(what="")


def _is_own(git: Git, clone: CloneState, history: History, tag: Tag) -> bool:
    """Return whether shipit made the release `tag`, and the remote has it."""
    message, remote = git.tag_message(tag.name), clone.remote
    return bool(remote and tag.name in remote.tags) and is_release_of(message, history.package.name, str(tag.version))

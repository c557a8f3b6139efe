"""The facts that a promotion is planned from: the release, and the state of the branch that is moved to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.history import records
from shipit.core.versions import Tag, version_tags
from shipit.errors import PreflightError, UsageError
from shipit.finding import any_blocks
from shipit.plan.release import observe_clone
from shipit.plan.version import Package, channel, main_channel, packages
from shipit.world import Forge, Git, RemoteRefs


class Undo(Struct, frozen=True):
    """A commit that brought a branch back to the earlier release `tag`, such as a revert."""

    commit: str
    subject: str
    tag: str


class ObservedPromotion(Struct, frozen=True):
    """A release of the branch `source`, and the branch `target` on the remote, which is at the commit `tip`.

    `has_files` is True if the files of both are the same. `forwards` is True if all commits of the branch are in the
    release. `held` is the highest release in the history of the branch, or whose files it has; None if there is none.
    `unchanged` is True if the branch has exactly the files of a release or of a commit in the release, so that a merge
    loses nothing. `own` are the subjects of the commits that only the branch has, with their ids; newest first.
    `undo` is the commit that brought the branch back to the earlier release whose files it has; None without one.
    `push_rules` are the rules of the branch that can refuse a push; None if there are none.
    """

    source: str
    target: str
    release: Tag
    tip: str
    has_files: bool
    forwards: bool
    held: Tag | None
    unchanged: bool
    own: tuple[tuple[str, str], ...]
    undo: Undo | None = None
    push_rules: str | None = None


def observe_promotion(
    git: Git, forge: Forge, config: Config, target: str, *, source: str | None = None, version: str | None = None
) -> ObservedPromotion:
    """Return the facts about a promotion. Fetches what the clone lacks.

    Args:
        git: the clone.
        forge: the forge of the remote.
        config: the configuration.
        target: the branch to move.
        source: the branch with the release; None for the first release branch.
        version: the version or the tag of the release; None for the last one.

    Raises `UsageError` for a branch or a release that does not exist, and `PreflightError` if the remote or the history
    cannot be read.
    """
    clone = observe_clone(git, config, target)
    if clone.remote is None or any_blocks(clone.findings):
        raise PreflightError(clone.findings, state="nothing was changed", to="promote the branch")
    remote = clone.remote
    source = source or main_channel(config, remote.default).name
    tip = _tip(remote, source)
    if channel(config, target, remote.default or ""):
        what = f"`{target}` is a release branch, so it gets its releases itself"
        raise UsageError(what, hint="name the branch of an environment: shipit promote-branch main prod")
    tags = {name: commit for name, commit in remote.tags.items() if git.commit(commit)}
    release, package = _release(git, config, tags, source, tip, version)
    head = remote.branches.get(target)
    if head is None:
        make = f"git push {config.release.remote} {release.commit[:10]}:refs/heads/{target}"
        raise UsageError(f"there is no branch `{target}` on the remote", hint=f"to make it: {make}")
    every = [tag for each in packages(config) for tag in _tags(config, each, tags)]
    return ObservedPromotion(
        source,
        target,
        release,
        head,
        has_files=git.same_files(head, release.commit),
        forwards=git.is_ancestor(head, release.commit),
        held=_held(git, _tags(config, package, tags), head),
        unchanged=_repeats(git, head, release.commit, every),
        own=tuple(_own(git, head, release.commit)),
        undo=_undo(git, head, release.commit, _tags(config, package, tags)),
        push_rules=forge.push_rules(target),
    )


def _tip(remote: RemoteRefs, branch: str) -> str:
    """Return the commit of `branch` on the remote. Raises `UsageError` if there is no such branch."""
    tip = remote.branches.get(branch)
    if tip is None:
        what = f"there is no branch `{branch}` on the remote"
        raise UsageError(what, hint=f"name one of its branches: {', '.join(sorted(remote.branches)[:5])}")
    return tip


def _release(
    git: Git, config: Config, tags: Mapping[str, str], source: str, tip: str, version: str | None
) -> tuple[Tag, Package]:
    """Return the release to promote and its package; of several packages the newest.

    Raises `UsageError` if there is none.
    """
    found = [(tag, package) for package in packages(config) for tag in _tags(config, package, tags)]
    if version is not None:
        number = version.removeprefix("v")
        found = [(tag, each) for tag, each in found if tag.name in (version, each.format.render(number))]
    reachable = git.reachable(tip, [tag.commit for tag, _ in found])
    found = [(tag, package) for tag, package in found if tag.commit in reachable]
    if not found:
        what = f"there is no release{f' `{version}`' if version else ''} on `{source}`"
        hint = f"list the releases there: git tag --merged {tip[:10]}" if version else "release first: shipit release"
        raise UsageError(what, hint=hint)
    return reduce(lambda one, other: other if _follows(git, one[0], other[0]) else one, found)


def _follows(git: Git, one: Tag, other: Tag) -> bool:
    """Return whether the release `other` was made after `one`, and contains it."""
    return other.commit != one.commit and git.is_ancestor(one.commit, other.commit)


def _tags(config: Config, package: Package, tags: Mapping[str, str]) -> Sequence[Tag]:
    return version_tags(tags, package.format, main_channel(config, None).prerelease)


def _held(git: Git, tags: Sequence[Tag], head: str) -> Tag | None:
    """Return the highest of the releases `tags` that is in the history of `head`, or has its files."""
    files, reachable = git.files_id(head), git.reachable(head, [tag.commit for tag in tags])
    return next((tag for tag in tags if tag.commit in reachable or git.files_id(tag.commit) == files), None)


def _repeats(git: Git, head: str, release: str, tags: Sequence[Tag]) -> bool:
    """Return whether `head` has the files of one of the releases `tags`, or of a parent that is in the release.

    The commit of a merge without conflicts is one of the second kind, that of a squash one of the first kind.
    """
    files, commit = git.files_id(head), git.commit(head)
    parents = [parent for parent in (commit.parents if commit else ()) if git.is_ancestor(parent, release)]
    return files in {git.files_id(each) for each in (*parents, *(tag.commit for tag in tags))}


def _own(git: Git, head: str, release: str) -> Iterator[tuple[str, str]]:
    """Yield the id and the subject of each commit of `head` that is not in the release, without merges."""
    for commit in records(git.log([head], [release])):
        if len(commit.parents) < 2:
            yield commit.id, commit.message.split("\n", 1)[0]


def _undo(git: Git, head: str, release: str, tags: Sequence[Tag]) -> Undo | None:
    """Return the commit that brought `head` back to one of the releases `tags`, if it has the files of that one.

    Before this commit, the branch had the files of a higher release, or of later commits that are in `release`.
    """
    releases = {git.files_id(tag.commit): tag for tag in reversed(tags)}
    files = git.files_id(head)
    after = releases.get(files)
    only_here = {commit.id: commit for commit in records(git.log([head], [release]))}
    commit = only_here.get(head)
    while commit and commit.parents and git.files_id(commit.parents[0]) == files:
        commit = only_here.get(commit.parents[0])
    if commit is None or not commit.parents or after is None:
        return None
    before = releases.get(git.files_id(commit.parents[0]))
    is_lower = before is not None and after.version < before.version
    if is_lower or _follows_release(git, commit.parents[0], release, after):
        return Undo(commit.id, commit.message.split("\n", 1)[0], after.name)
    return None


def _follows_release(git: Git, commit: str, release: str, tag: Tag) -> bool:
    """Return whether `commit`, or a parent of it, is a commit in `release` that was made after the release `tag`."""
    found = git.commit(commit)
    return any(
        id != tag.commit and git.is_ancestor(tag.commit, id) and git.is_ancestor(id, release)
        for id in (commit, *(found.parents if found else ()))
    )

"""A branch, such as `prod`, compared with the release that it is to be moved to, and what stops the move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from msgspec import Struct

from shipit.config.model import Config
from shipit.core.commits import RawCommit
from shipit.core.history import records
from shipit.core.versions import Tag, Version
from shipit.finding import Finding
from shipit.world import Git


class Undo(Struct, frozen=True):
    """A commit that brought a branch back to the earlier release `tag`, such as a revert."""

    commit: str
    subject: str
    tag: str


class TargetBranch(Struct, frozen=True):
    """The branch `name` of the remote, which is at the commit `tip`, compared with a release.

    `has_files` is True if the files of both are the same. `forwards` is True if all commits of the branch are in the
    release. `held` is the highest release in the history of the branch, or whose files it has; None if there is none.
    `unchanged` is True if a merge loses nothing: the branch has exactly the files of a release or of a commit in the
    release, or commits in the release make the changes of all its commits. `own` are the subjects of the commits whose
    changes only the branch has, with their ids; newest first. `moved_to` is the commit before them that has exactly the
    files of a release, such as that of an earlier promotion; empty without one. `undo` is the commit that brought the
    branch back to the earlier release whose files it has; None without one.
    """

    name: str
    tip: str
    has_files: bool
    forwards: bool
    held: Tag | None
    unchanged: bool
    own: tuple[tuple[str, str], ...]
    moved_to: str = ""
    undo: Undo | None = None


def observe_target_branch(
    git: Git, name: str, tip: str, release: str, tags: Sequence[Tag], every: Sequence[Tag]
) -> TargetBranch:
    """Return the state of a branch compared with a release.

    Args:
        git: the clone, with the commits of both.
        name: the name of the branch.
        tip: its commit on the remote.
        release: the commit of the release, or the commit that the release is made on.
        tags: the releases of the package that is released, highest first.
        every: the releases of all packages.
    """
    only_here = {commit.id: commit for commit in records(git.log([tip], [release]))}
    moved_to = _moved_to(git, tip, only_here, every)
    before = [moved_to] if moved_to else []
    later = records(git.log([tip], [release, moved_to])) if moved_to else only_here.values()
    own = git.lacking(release, tip, before) if only_here else ()
    copied = not own and all(len(each.parents) < 2 for each in later)
    return TargetBranch(
        name,
        tip,
        has_files=git.same_files(tip, release),
        forwards=git.is_ancestor(tip, release),
        held=_held(git, tags, tip),
        unchanged=copied or _repeats(git, tip, release, every),
        own=tuple((id, only_here[id].message.split("\n", 1)[0]) for id in own),
        moved_to=moved_to,
        undo=_undo(git, tip, only_here, release, tags),
    )


def target_branch_findings(
    state: TargetBranch, release: str, version: Version, source: str, config: Config
) -> Iterator[Finding]:
    """Yield the reason why a branch with commits of its own cannot be moved, or a warning of what the move undoes.

    Args:
        state: the branch.
        release: the tag of the release.
        version: its version.
        source: the branch of the release.
        config: the configuration.
    """
    target, held = state.name, state.held
    if state.forwards:
        return
    if held and held.version > version:
        what = f"`{target}` has `{held.name}` already, which is higher than `{release}`"
        yield Finding("branch-ahead", what, _commands_for_lower_release(target, release, version, config))
    elif not state.unchanged:
        listed = ", ".join(f"`{subject}` ({id[:7]})" for id, subject in state.own[:3])
        more = f" and {len(state.own) - 3} more" if state.own[3:] else ""
        what = f"`{target}` has changes that are in no release: {listed or 'a merge that changes files'}{more}"
        remote = config.release.remote
        # A merge would also bring commits before the last promotion, such as reverts that it made void.
        picked = " ".join(id[:10] for id, _ in reversed(state.own))
        take = f"cherry-pick -x {picked}" if state.moved_to and picked else f"merge {quote(f'{remote}/{target}')}"
        into = quote(source)
        update = f"git fetch {remote} && git switch {into} && git pull {remote} {into}"
        command = f"{update} && git {take} && git push {remote} {into}"
        fix = f"bring them into `{source}`: {command}; then release, and move the branch to that release"
        yield Finding("branch-changes", what, fix)
    elif state.undo:
        undo = state.undo
        what = (
            f"`{undo.subject}` ({undo.commit[:7]}) brought `{target}` back to {undo.tag}; the move to {release} "
            "undoes it: what it removed can be served again"
        )
        fix = f"to keep it removed, revert the change in `{source}` too, release, and move the branch to that release"
        yield Finding("branch-undone", what, fix, "warning")


def _commands_for_lower_release(branch: str, release: str, version: Version, config: Config) -> str:
    """Return the commands that serve a lower release in each environment that shipit deploys, or else on the branch."""
    environments = [name for name, each in config.environments.items() if each.branch == branch and each.targets]
    if environments:
        commands = " && ".join(f"shipit rollback {quote(name)} {version}" for name in environments)
        return f"to serve the lower version: {commands}"
    remote, to = config.release.remote, quote(branch)
    return (
        f"to return `{branch}` to the files of the lower release: git fetch --tags {remote} && git switch {to} && "
        f"git pull {remote} {to} && git restore --source={quote(release)} --staged --worktree :/ && "
        f"git commit -m {quote(f'revert: back to {release}')} && git push {remote} {to}"
    )


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


def _moved_to(git: Git, head: str, only_here: Mapping[str, RawCommit], tags: Sequence[Tag]) -> str:
    """Return the newest of the commits `only_here` that has exactly the files of a release; empty without one.

    Only first parents are looked at, beginning with `head`.
    """
    released = {git.files_id(tag.commit) for tag in tags}
    commit = only_here.get(head)
    while commit and git.files_id(commit.id) not in released:
        commit = only_here.get(commit.parents[0]) if commit.parents else None
    return commit.id if commit else ""


def _undo(git: Git, head: str, only_here: Mapping[str, RawCommit], release: str, tags: Sequence[Tag]) -> Undo | None:
    """Return the commit that brought `head` back to one of the releases `tags`, if it has the files of that one.

    Before this commit, the branch had the files of a higher release, or of later commits that are in `release`.
    """
    releases = {git.files_id(tag.commit): tag for tag in reversed(tags)}
    files = git.files_id(head)
    after = releases.get(files)
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

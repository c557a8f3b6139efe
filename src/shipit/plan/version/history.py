"""The history of a package: its last release and the commits since then."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct, field
from msgspec.structs import replace

from shipit.core.commits import PackageToRead, RawCommit, version_requests
from shipit.core.commits.text.release_message import is_release_message
from shipit.core.history import Unreleased, records, unreleased
from shipit.core.versions import Tag, Version, channel_of, version_tags
from shipit.plan.version.corrections import Correction, corrected, notes_on
from shipit.plan.version.last_release import commits_since, highest_in_history, last_release
from shipit.plan.version.package.model import Package
from shipit.world import Git

_REQUEST = re.compile(r"release-as:[ \t]*(?:(?P<package>\S+)[ \t]+)?v?(?P<version>\d\S*)", re.IGNORECASE)


class History(Struct, frozen=True):
    """The facts that the next version of `package` is decided from. All are about the history of one commit.

    `stable` is the last stable release, and `last` the last release in the channel of the branch (the same as `stable`
    on a branch without pre-releases). `since` are the commits after `stable`, and `new` the ids of those that are also
    after `last`. `channel_versions` are the pre-releases of the channel that precede the next stable version, such as
    2.0.0-beta.1 and 2.0.0-beta.2. `later_tags` are all tags on the commits after `stable`, in any format: the id
    of the commit by the name of the tag.

    In a repository with several packages, `others` are the commits after `stable` that change no file of the package,
    newest first. Only those with a `Release-As` footer that names the package are also in `since`. `corrections` are
    the warnings about commits whose messages people corrected after the merge, by the id of the commit.
    """

    package: Package
    stable: Tag | None
    last: Tag | None
    since: Unreleased
    new: frozenset[str]
    channel_versions: tuple[Version, ...] = ()
    others: tuple[RawCommit, ...] = ()
    later_tags: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, str] = field(default_factory=dict)

    @property
    def package_to_read(self) -> PackageToRead | None:
        """The package that the commits are read for; None for the whole repository."""
        package, outside = self.package, frozenset(commit.id for commit in self.others)
        return PackageToRead(package.name, package.names, outside) if package.name else None

    @property
    def unreleased(self) -> tuple[RawCommit, ...]:
        """The commits since `last` that are in no other release, newest first."""
        since = self.since
        return tuple(each for each in since.commits if each.id in self.new and each.id not in since.in_merged_releases)

    @property
    def released_elsewhere(self) -> tuple[RawCommit, ...]:
        """The commits since `last` that are in another release, which was merged into this branch; newest first."""
        since = self.since
        return tuple(each for each in since.commits if each.id in self.new and each.id in since.in_merged_releases)

    @property
    def in_prereleases(self) -> tuple[RawCommit, ...]:
        """The commits in the pre-releases since `stable`, newest first."""
        return tuple(each for each in self.since.commits if each.id not in self.new)


def observe_history(
    git: Git, package: Package, base: str, tags: Mapping[str, str], prerelease: str | None = None
) -> History:
    """Return the history of `package` up to the commit `base`. The new commits are read once.

    Args:
        git: the repository.
        package: the package.
        base: a commit id.
        tags: the commit of each tag by name, without the tags that an interrupted run left in the clone.
        prerelease: the identifier of the branch's pre-release channel, such as "beta"; None on a stable branch.
    """
    candidates = version_tags(tags, package.format, prerelease)
    stable, since = last_release(git, base, [tag for tag in candidates if channel_of(tag.version) is None])
    end, late = end_of_notes(git, package, stable)
    read = corrected([*since, *late], notes_on(git, [*since, *late]))
    since = [*read.commits]
    in_channel = _channel_tags(git, base, candidates, stable) if prerelease else ()
    last = max(filter(None, (stable, *in_channel)), key=lambda tag: tag.version, default=None)
    late_of_last = late if last == stable else end_of_notes(git, package, last)[1]
    new = {each.id for each in (since if last == stable else [*commits_since(git, base, last), *late_of_last])}
    in_last = {each.id for each in late_of_last}
    since = [_without_request(each, package, last) if each.id in in_last else each for each in since]
    merged = [tag for tag in candidates if channel_of(tag.version) is None and tag != stable]
    outside = _outside(git, package, base, end, since)
    after = {commit.id for commit in since}
    return History(
        package,
        stable,
        last,
        _of_package(package, unreleased(since, merged), {commit.id for commit in outside}),
        frozenset(new),
        tuple(tag.version for tag in in_channel),
        outside,
        {name: commit for name, commit in tags.items() if commit in after and not (stable and commit == stable.commit)},
        read.warnings,
    )


def overridden(history: History, overrides: Mapping[str, Correction]) -> History:
    """Return `history` with the messages that `overrides` have, by the id of the commit; a note takes precedence."""
    since, others = (
        corrected(commits, {id: each for id, each in overrides.items() if id not in history.corrections})
        for commits in (history.since.commits, history.others)
    )
    return replace(
        history,
        since=replace(history.since, commits=since.commits),
        others=others.commits,
        corrections={**history.corrections, **since.warnings},
    )


def history_since(
    package: Package, stable: Tag, commits: Sequence[RawCommit], touching: Set[str] | None = None
) -> History:
    """Return the history of `package` whose only release is `stable`, from commits that are already read.

    Args:
        package: the package.
        stable: a stable release.
        commits: the commits after `stable`, newest first.
        touching: the ids of the commits that change the package; None when all commits count.
    """
    outside = () if touching is None else tuple(each for each in commits if each.id not in touching)
    since = _of_package(package, Unreleased(tuple(commits)), {commit.id for commit in outside})
    return History(package, stable, stable, since, frozenset(commit.id for commit in commits), (), outside)


def _channel_tags(git: Git, base: str, candidates: Sequence[Tag], stable: Tag | None) -> tuple[Tag, ...]:
    """Return the pre-releases in the history of `base` that precede the same, highest version after `stable`."""
    newer = [tag for tag in candidates if channel_of(tag.version) and (stable is None or tag.version > stable.version)]
    highest = highest_in_history(git, base, newer)
    if highest is None:
        return ()
    final = highest.version.finalize_version()
    same = [tag for tag in newer if tag.version.finalize_version() == final]
    reachable = git.reachable(base, [tag.commit for tag in same])
    return tuple(tag for tag in same if tag.commit in reachable)


def end_of_notes(git: Git, package: Package, tag: Tag | None) -> tuple[str | None, tuple[RawCommit, ...]]:
    """Return the last commit that the notes of the release `tag` can list, and the later commits that it contains.

    They were merged while a pull request proposed the release, so its notes do not list them, but those of the next
    release. Without such commits, the last commit is that of the release itself; None without a release.
    """
    if tag is None or not package.proposed:
        return tag.commit if tag else None, ()
    from shipit.core.commits.text.proposal import base_of  # here because few repositories need it

    end = base_of(git.tag_message(tag.name))
    if not end or end == tag.commit or not git.is_ancestor(end, tag.commit):
        return tag.commit, ()
    return end, late_commits(git, end, tag.commit)


def late_commits(git: Git, end: str, release: str) -> tuple[RawCommit, ...]:
    """Return the commits after `end` that the release commit contains, newest first, without release commits.

    After a rebase, the release is on the last commit of a person above the commit of shipit; it is one of them.
    """
    found = {each.id: each for each in records(git.log([release], [end]))}
    is_rebased = _is_above_proposal(found, release)
    others = (each for each in found.values() if not is_release_message(each.message))
    return tuple(each for each in others if each.id != release or is_rebased)


def _is_above_proposal(commits: Mapping[str, RawCommit], id: str) -> bool:
    """Return whether one of `commits`, below the commit `id` without a merge between them, is a release commit."""
    commit = commits.get(id)
    while commit and len(commit.parents) < 2 and not is_release_message(commit.message):
        commit = commits.get(next(iter(commit.parents), ""))
    return commit is not None and is_release_message(commit.message)


def _without_request(commit: RawCommit, package: Package, tag: Tag | None) -> RawCommit:
    """Return `commit` without the footers `Release-As` that request the version of `tag`, which contains it."""
    lines = commit.message.split("\n")
    kept = [line for line in lines if not (tag and _requests(line, package.name, str(tag.version)))]
    return commit if kept == lines else replace(commit, message="\n".join(kept))


def _requests(line: str, package: str, version: str) -> bool:
    found = _REQUEST.fullmatch(line.strip())
    return found is not None and found["version"] == version and found["package"] in (None, package)


def _outside(
    git: Git, package: Package, base: str, end: str | None, since: Sequence[RawCommit]
) -> tuple[RawCommit, ...]:
    """Return those commits of `since`, which are after `end`, that change no file of `package`."""
    if not package.paths:
        return ()
    touching = git.touching(package.paths, base, [end] if end else [], without=package.exclude)
    return tuple(commit for commit in since if commit.id not in touching)


def _of_package(package: Package, since: Unreleased, outside: Set[str]) -> Unreleased:
    """Return `since` with only those commits that change files of `package`, or request its version by its name."""
    if not package.paths:
        return since
    return replace(
        since, commits=tuple(each for each in since.commits if each.id not in outside or _names(package, each))
    )


def _names(package: Package, commit: RawCommit) -> bool:
    """Return whether a `Release-As` footer of `commit` names `package`."""
    return any(request.package == package.name for request in version_requests(commit.message, package.names))

"""The state of the release pull request: its branch, and the edits of people on it.

Everything that shipit knows about it is in git: its own commit has trailers, and every other commit of the branch is
that of a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.core.commits import RawCommit, version_requests
from shipit.core.commits.text.proposal import Trailers, base_of, trailers_of
from shipit.core.commits.text.release_message import TRAILER, versions_of
from shipit.core.history import records
from shipit.core.notes import insert_section, merged_text, section_of
from shipit.core.versions import Version, first_version, is_version
from shipit.plan.release.observe.clone_state import CloneState
from shipit.plan.version import History
from shipit.plan.version.files.version_files import declared_versions
from shipit.world import ForgePullRequest, Git, World


class Edit(Struct, frozen=True):
    """A commit of a person on the branch of the pull request.

    `texts` has the text before and after it of each file that it changes, by path; None where there is no such file.
    `unclear` are the files that a merge commit resolves by hand: shipit cannot make such a change again.
    """

    commit: str
    subject: str
    texts: Mapping[str, tuple[str | None, str | None]]
    unclear: tuple[str, ...] = ()


class ProposalState(Struct, frozen=True):
    """The branch of the release pull request on the remote, and the newest pull request of it.

    `packages` are the names of the packages that it proposes, if they have a next version. `head` is the last commit of
    the branch, and `own` that of shipit on it; None without them. `versions` are the versions that shipit proposed
    there, by the name of the package. `edits` are the commits of people, oldest first, and `base_texts` the text of
    each file that they change, in the commit to release. `requested` are the versions that people asked for on the
    branch. `closed` are the trailers of the proposal that a person closed without merging it. `day` is the day of the
    present proposal (UTC), if the release branch has the same files as then; else None. `lacks_checks` is True if the
    pull request can never be merged: its base requires checks, and none run for it. `signs_through_forge` is True if
    the base accepts only signed commits and git does not sign them: then the forge makes the commit. `is_unsigned` is
    True if the forge does not show that commit of shipit as Verified then.
    """

    branch: str
    packages: tuple[str, ...]
    head: str | None = None
    versions: Mapping[str, str] = {}
    edits: tuple[Edit, ...] = ()
    base_texts: Mapping[str, str | None] = {}
    requested: Mapping[str, str] = {}
    pull_request: ForgePullRequest | None = None
    closed: Trailers | None = None
    day: dt.date | None = None
    lacks_checks: bool = False
    own: str | None = None
    signs_through_forge: bool = False
    is_unsigned: bool = False

    @property
    def open_number(self) -> int | None:
        """The number of the pull request if it is open; None otherwise."""
        found = self.pull_request
        return found.number if found and found.state == "open" else None


def proposal_branch(branch: str, package: str = "") -> str:
    """Return the branch of the pull request that proposes the releases of `branch`, or only those of `package`.

    >>> proposal_branch("release/1.x"), proposal_branch("main", "web")
    ('shipit/release/release--1.x', 'shipit/release/main--web')
    """
    parts = (part.replace("/", "--") for part in (branch, package) if part)
    return f"shipit/release/{'--'.join(parts)}"


def package_branch(config: Config, branch: str, package: str) -> str:
    """Return the branch of the pull request that proposes the releases of `package` on `branch`."""
    return proposal_branch(branch, package if config.release.separate_pull_requests else "")


def observe_proposals(
    world: World,
    config: Config,
    clone: CloneState,
    histories: Sequence[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
) -> tuple[ProposalState, ...]:
    """Return the state of each release pull request: one for all packages, or one for each of them.

    Args:
        world: the ports.
        config: the configuration.
        clone: the state of the clone, after a fetch from the remote.
        histories: the history of each package.
        files: the version files of each package, by its name.
    """
    groups = [[each] for each in histories] if config.release.separate_pull_requests else [histories]
    return tuple(
        observe_proposal(
            world,
            clone,
            package_branch(config, clone.branch or "", group[0].package.name),
            group,
            {each.package.name: files[each.package.name] for each in group},
        )
        for group in groups
    )


def observe_proposal(
    world: World,
    clone: CloneState,
    branch: str,
    histories: Sequence[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
) -> ProposalState:
    """Return the state of the release pull request from `branch` into the branch of `clone`.

    Args:
        world: the ports.
        clone: the state of the clone, after a fetch from the remote.
        branch: the branch of the pull request.
        histories: the history of each package that it proposes.
        files: the version files of each of these packages, by its name.
    """
    git, base = world.git, clone.branch or ""
    found = world.forge.find_pull_request(branch, base)
    head = clone.remote.branches.get(branch) if clone.remote else None
    commits = _commits(git, clone.base, head, found)
    proposals = [commit for commit in commits if _is_own(git, commit, histories, files)]
    own = next(iter(proposals), None)
    edits = tuple(edit for commit in commits[::-1] if commit not in proposals and (edit := _edit(git, commit)))
    signs_through_forge = not git.signs() and world.forge.requires_signatures(base)
    return ProposalState(
        branch,
        tuple(each.package.name for each in histories),
        head,
        versions=versions_of(own.message) if own else _proposed(commits),
        edits=edits,
        base_texts={path: git.text(clone.base, path) for edit in edits for path in edit.texts},
        requested=_requested(git, own, commits, head, histories, files, clone.channel.prerelease),
        pull_request=found,
        closed=_closed(world, found),
        day=_day(own) if own and git.same_files(base_of(own.message), clone.base) else None,
        lacks_checks=_lacks_checks(world, found, base),
        own=own.id if own else None,
        signs_through_forge=signs_through_forge,
        is_unsigned=signs_through_forge and own is not None and not world.forge.is_verified(own.id),
    )


def _lacks_checks(world: World, found: ForgePullRequest | None, base: str) -> bool:
    """Return whether the pull request can never be merged: `base` requires checks, and none run for it."""
    if found is None or found.state != "open" or found.runs_checks:
        return False
    return world.forge.requires_checks(base)


def _day(commit: RawCommit) -> dt.date:
    return dt.datetime.fromtimestamp(commit.timestamp, dt.UTC).date()


def _commits(git: Git, base: str, head: str | None, found: ForgePullRequest | None) -> list[RawCommit]:
    """Return the commits of the branch that are not merged, newest first."""
    if head is None:
        return []
    merged = [found.head] if found and found.state == "merged" and git.commit(found.head) else []
    return list(records(git.log([head], [base, *merged])))


def _is_own(
    git: Git, commit: RawCommit, histories: Sequence[History], files: Mapping[str, Sequence[VersionFileConfig]]
) -> bool:
    """Return whether shipit made `commit` as a proposal, and nobody has changed its content since."""
    trailers = trailers_of(commit.message)
    if trailers is None or TRAILER not in commit.message:
        return False
    return git.files_id(commit.id) == trailers.files or _is_rebased(git, commit, histories, files)


def _is_rebased(
    git: Git, commit: RawCommit, histories: Sequence[History], files: Mapping[str, Sequence[VersionFileConfig]]
) -> bool:
    """Return whether `commit` still writes only what its message announces, after a rebase to another commit."""
    if not commit.parents:
        return True
    versions, parent = versions_of(commit.message), commit.parents[0]
    changelogs = {each.package.changelog: versions.get(each.package.name, "") for each in histories}
    written = {
        each.path: (each.written, versions.get(name, ""))
        for name, entries in files.items()
        for each in declared_versions(git, parent, entries)
    }

    def is_announced(path: str) -> bool:
        before, after = git.text(parent, path) or "", git.text(commit.id, path) or ""
        if path in changelogs:
            return _adds_section(before, after, changelogs[path], commit.message)
        return path in written and _writes_version(before, after, *written[path])

    return all(map(is_announced, git.changed(commit.id)))


def _adds_section(before: str, after: str, version: str, message: str) -> bool:
    """Return whether `after` is the changelog `before` with a section of `version` that is part of `message`.

    If there was no changelog before, only the section counts.
    """
    section = (section_of(after, version) or "").strip()
    is_announced = bool(section) and section in message
    return is_announced and (not before or insert_section(before, section, version) == after)


def _writes_version(before: str, after: str, old: str, new: str) -> bool:
    """Return whether `after` is `before` with the version `new` in the place of `old`, and nothing else."""
    return bool(new) and before.replace(old, "\0") == after.replace(new, "\0")


def _edit(git: Git, commit: RawCommit) -> Edit | None:
    """Return the edit that a person made; None for a merge without changes of its own, such as by `Update branch`."""
    subject = commit.message.split("\n", 1)[0]
    if not commit.parents:  # a branch with a history of its own: there is nothing to compare its files with
        return Edit(commit.id, subject, {}, git.paths(commit.id)[:1])
    if len(commit.parents) > 1:
        fork = _fork(git, *commit.parents[:2])
        unclear = tuple(path for path in git.changed(commit.id) if _is_resolved(git, commit, fork, path))
        return Edit(commit.id, subject, {}, unclear) if unclear else None
    before, paths = commit.parents[0], git.changed(commit.id)
    return Edit(commit.id, subject, {path: (git.text(before, path), git.text(commit.id, path)) for path in paths})


def _is_resolved(git: Git, merge: RawCommit, fork: str, path: str) -> bool:
    """Return whether a person wrote the file of a merge: it differs from all parents, and from a merge by lines."""
    text, *texts = (git.text(commit, path) for commit in (merge.id, *merge.parents))
    if text in texts:
        return False
    before = git.text(fork, path)
    known = [each for each in texts if each is not None]
    return before is None or len(texts) != 2 or len(known) != 2 or merged_text(before, *known) != text


def _fork(git: Git, one: str, other: str) -> str:
    """Return the newest commit in the history of both: `one` itself, if it is in the history of `other`."""
    new = {commit.id: commit for commit in records(git.log([one], [other]))}
    ends = [parent for commit in new.values() for parent in commit.parents if parent not in new]
    return reduce(lambda a, b: b if git.is_ancestor(a, b) else a, ends[1:], ends[0] if ends else one)


def _proposed(commits: Sequence[RawCommit]) -> Mapping[str, str]:
    """Return the versions of a proposal of shipit that somebody has changed; empty if there is none."""
    found = (versions_of(commit.message) for commit in commits if trailers_of(commit.message))
    return next(found, {})


def _requested(
    git: Git,
    own: RawCommit | None,
    commits: Iterable[RawCommit],
    head: str | None,
    histories: Sequence[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
    prerelease: str | None,
) -> Mapping[str, str]:
    """Return the versions that people asked for on the branch, by the name of the package.

    The newest one counts: a version in a version file, or else in a footer `Release-As`. shipit repeats such a footer
    in its own commit. In the channel `prerelease`, a footer asks for a pre-release, as it does on the release branch.
    """
    names = [history.package.name for history in histories]
    before = {history.package.name: history.channel_versions for history in histories}
    requested: dict[str, str] = {}
    for commit in reversed(list(commits)):
        footers = commit.message.rstrip().rpartition("\n\n")[2] if trailers_of(commit.message) else commit.message
        for request in version_requests(f"-\n\n{footers}" if footers != commit.message else footers, names):
            for name in [request.package] if request.package else _changed_packages(git, commit, histories):
                requested |= {name: _in_channel(request.version, prerelease, before[name])}
    proposed = versions_of(own.message) if own else {}
    for name in names if own and head != own.id else []:
        declared = declared_versions(git, head or "", files[name])
        versions = [each.version for each in declared if each.version and each.version != proposed.get(name)]
        requested |= {name: versions[0]} if versions and name in proposed else {}
    return requested


def _changed_packages(git: Git, commit: RawCommit, histories: Sequence[History]) -> list[str]:
    """Return the names of the packages whose files `commit` changes; its footers are for these."""
    packages = [history.package for history in histories]
    return [
        each.name
        for each in packages
        if not each.paths or git.touching(each.paths, commit.id, commit.parents, without=each.exclude)
    ]


def _in_channel(version: str, prerelease: str | None, before: Sequence[Version]) -> str:
    """Return the version of a footer as the channel `prerelease` releases it, such as 2.0.0-beta.1 for 2.0.0."""
    if prerelease is None or not is_version(version) or Version.parse(version).prerelease:
        return version
    return str(first_version(Version.parse(version), prerelease, before))


def _closed(world: World, found: ForgePullRequest | None) -> Trailers | None:
    if found is None or found.state != "closed":
        return None
    trailers = (trailers_of(message) for message in reversed(world.forge.pull_request_messages(found.number)))
    return next(filter(None, trailers), None)

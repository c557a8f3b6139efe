"""The releases whose pull request was merged, recognised by the content of the release branch.

The title and the message of the merge do not count: people edit them. A release is due if a commit of the branch has
the version in its version files and a section of it in its changelog, and there is no tag of the version yet.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial, reduce

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.core.commits import RawCommit, subject
from shipit.core.commits.text.proposal import bases_of, trailers_of, with_base
from shipit.core.commits.text.release_message import SUBJECT, release_message
from shipit.core.notes import LANGUAGES, inline, latest_version, section_of
from shipit.core.versions import Version, VersionRange, is_version
from shipit.finding import Finding
from shipit.plan.release.observe.proposal import package_branch
from shipit.plan.version import History, Package, channel, late_commits
from shipit.plan.version.files.version_files import declared_versions
from shipit.world import Git, RemoteRefs, World


class MergedRelease(Struct, frozen=True):
    """The release `version` of `package`, due on `commit`; `message` is the message of its tag."""

    package: Package
    tag: str
    version: str
    commit: str
    message: str


def observe_merged(
    world: World,
    config: Config,
    histories: Iterable[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
    remote: RemoteRefs,
    branch: str | None,
) -> tuple[MergedRelease, ...]:
    """Return the releases that are due on the release branch of the remote.

    Args:
        world: the ports.
        config: the configuration.
        histories: the history of each package.
        files: the version files of each package, by its name.
        remote: the branches and tags of the remote.
        branch: the release branch.
    """
    if branch is None or branch not in remote.branches or not config.release.write_back.proposes:
        return ()
    found = (_due(world, config, history, files[history.package.name], remote, branch) for history in histories)
    return tuple(each for each in found if each)


def unmade_release_findings(
    git: Git,
    config: Config,
    histories: Iterable[History],
    files: Mapping[str, Sequence[VersionFileConfig]],
    base: str,
    tags: Container[str],
) -> Iterator[Finding]:
    """Yield an error for each release that was merged and not made, if releases are not proposed any more.

    A release would write its section in the changelog again, without the edits of people.

    Args:
        git: the clone.
        config: the configuration.
        histories: the history of each package.
        files: the version files of each package, by its name.
        base: the commit to release.
        tags: the names of all tags.
    """
    mode = config.release.write_back
    for history in histories if mode.commits and not mode.proposes else ():
        package = history.package
        if not any(trailers_of(each.message) for each in (*history.since.commits, *history.others)):
            continue
        version = announced_version(git, base, None, package.changelog, files[package.name])
        is_next = version and (history.last is None or Version.parse(version) > history.last.version)
        if version and is_next and package.format.render(version) not in tags:
            name = package.release_name(version)
            what = (
                f"the release pull request of {name} was merged, but {name} is not released yet; with "
                f'`write-back = "{mode.value}"`, shipit would replace its section in `{package.changelog}`'
            )
            fix = (
                'set `write-back = "pull-request"` until it is released; or, for new notes, remove the section from '
                f"`{package.changelog}`"
            )
            yield Finding("release-pr-unreleased", what, fix)


class _Merge(Struct, frozen=True):
    """A commit of the release branch on which a release can be made.

    `before` is the commit before the merge, and `messages` are those of all its commits on the branch.
    """

    commit: RawCommit
    before: str | None
    messages: tuple[str, ...]


def _due(
    world: World,
    config: Config,
    history: History,
    files: Sequence[VersionFileConfig],
    remote: RemoteRefs,
    branch: str,
) -> MergedRelease | None:
    """Return the release of a package that is due, on the first commit that announces it; None without one.

    A release whose section was removed from the changelog again, such as by a revert, is not due.
    """
    git, package = world.git, history.package
    due: MergedRelease | None = None
    forge = partial(_forge_messages, world, package_branch(config, branch, package.name), branch)
    paths = [package.changelog, *(file.path for file in files)]
    for merge in _merges(world, history, paths, remote.branches[branch], forge):
        commit = merge.commit
        if due and not section_of(git.text(commit.id, package.changelog) or "", due.version):
            due = None
        version = None if due else announced_version(git, commit.id, merge.before, package.changelog, files)
        if version is None or not _may_follow(config, history, Version.parse(version), branch):
            continue
        tag = package.format.render(version)
        end = _proposed_on(world, history, merge, forge) if tag not in remote.tags else ""
        if end or (tag not in remote.tags and history.last):  # before the first release, only what shipit proposed
            message = _tag_message(world, config, history, commit, version, end)
            due = MergedRelease(package, tag, version, commit.id, message)
    return due


def _may_follow(config: Config, history: History, version: Version, branch: str) -> bool:
    """Return whether `version` is higher than the last release, and in the range of the branch."""
    settings = channel(config, branch, branch)
    allowed = VersionRange.of_branch(settings.range or settings.name) if settings else None
    is_higher = history.last is None or version > history.last.version
    return is_higher and (allowed is None or allowed.holds(version))


def _merges(
    world: World, history: History, paths: Sequence[str], tip: str, forge: Callable[[], tuple[str, ...]]
) -> Iterator[_Merge]:
    """Yield the merges up to `tip` since the last release that change one of `paths`, oldest first.

    The commits of a pull request that was rebased are one merge: the release is made on the last of them. `forge`
    returns the messages of its commits.
    """
    chain = _first_parents(history, tip)
    last = [history.stable.commit] if history.stable else []
    changing = world.git.touching(paths, tip, last) if chain else frozenset()
    rebased = _rebased(chain, forge)
    changes = False
    for at, commit in enumerate(chain):
        changes = commit.id in changing or (changes and at in rebased and at != rebased.start)
        if changes and at not in rebased[:-1]:
            commits = [chain[each] for each in rebased] if at in rebased else [commit]
            yield _Merge(commit, next(iter(commits[0].parents), None), tuple(each.message for each in commits))


def _rebased(chain: Sequence[RawCommit], forge: Callable[[], tuple[str, ...]]) -> range:
    """Return the positions in `chain` of the commits that a rebase made of the pull request that was merged last."""
    if not any(trailers_of(commit.message) for commit in chain):
        return range(0)
    wanted = [message.strip() for message in reversed(forge())]
    messages = [commit.message.strip() for commit in chain]
    starts = (at for at, message in enumerate(messages) if [message] == wanted[:1])
    found = (range(at, at + len(wanted)) for at in starts if messages[at : at + len(wanted)] == wanted)
    return next(found, range(0))


def _first_parents(history: History, tip: str) -> list[RawCommit]:
    """Return the commits since the last release along first parents, oldest first."""
    commits = {commit.id: commit for commit in (*history.since.commits, *history.others)}
    chain, id = [], tip
    while id in commits:
        chain.append(commits[id])
        id = next(iter(commits[id].parents), "")
    return chain[::-1]


def announced_version(
    git: Git, commit: str, before: str | None, changelog: str, files: Sequence[VersionFileConfig]
) -> str | None:
    """Return the version that all version files of `commit` have and its changelog describes; None without one.

    Without version files, it is the newest version in the changelog, if the commit `before` does not describe it.
    """
    text = git.text(commit, changelog) or ""
    if files:
        declared = declared_versions(git, commit, files)
        written = {each.written for each in declared}
        version = written.pop() if len(written) == 1 and len(declared) == len(files) else None
        is_final = version is not None and all(each.version == version for each in declared)
        return version if version and is_final and section_of(text, version) else None
    version = latest_version(text)
    described = before and section_of(git.text(before, changelog) or "", version or "")
    return version if version and is_version(version) and not described else None


def _tag_message(world: World, config: Config, history: History, commit: RawCommit, version: str, end: str) -> str:
    """Return the message of the tag: the notes of the changelog, and the commit `end` that they end at."""
    package = history.package
    notes = section_of(world.git.text(commit.id, package.changelog) or "", version) or ""
    late = [each for each in late_commits(world.git, end, commit.id) if len(each.parents) < 2] if end else []
    if late:
        words = LANGUAGES[config.changelog.language].words
        named = (f"{subject(each.message)} ({each.id[:7]})" for each in late)
        notes = f"{notes}\n{words['late']}\n\n" + "".join(f"* {inline(each)}\n" for each in named)
    message = release_message(SUBJECT.format(what=package.release_name(version)), notes)
    return with_base(message, end) if end else message


def _proposed_on(world: World, history: History, merge: _Merge, forge: Callable[[], tuple[str, ...]]) -> str:
    """Return the commit that the merged proposal was made on; empty if no message names it.

    A person can edit the message of the merge. Then the messages of the commits that were merged are read: in the
    history, or else on the forge.
    """
    for messages in (
        lambda: merge.messages,
        lambda: _merged_messages(world.git, history, merge.commit),
        forge,
    ):
        named = {end for message in messages() for end in bases_of(message)}
        ends = _within(world.git, history, named, merge.commit)
        if ends:  # a commit that a person amended and shipit kept names an older one
            newest = reduce(lambda one, other: other if world.git.is_ancestor(one, other) else one, ends)
            return newest if world.git.reachable(newest, ends) == set(ends) else ""
    return ""


def _within(git: Git, history: History, named: Set[str], commit: RawCommit) -> list[str]:
    """Return those of the commits `named` that are in the history of `commit`, and not in that of the last release."""
    last = history.stable.commit if history.stable else ""
    known = [last, *(each.id for each in (*history.since.commits, *history.others))]
    ends = git.reachable(commit.id, [id for id in known if id in named])
    released = git.reachable(last, sorted(ends)) if last else frozenset()
    return sorted(end for end in ends if end == last or end not in released)


def _merged_messages(git: Git, history: History, commit: RawCommit) -> list[str]:
    """Return the messages of the proposals that the merge `commit` contains, newest first."""
    proposals = [each for each in (*history.since.commits, *history.others) if trailers_of(each.message)]
    contained = git.reachable(commit.id, [each.id for each in proposals])
    return [each.message for each in proposals if each.id in contained]


def _forge_messages(world: World, head: str, branch: str) -> tuple[str, ...]:
    """Return the messages of the commits of the pull request from `head` that was merged last, newest first."""
    found = world.forge.find_pull_request(head, branch)
    return world.forge.pull_request_messages(found.number)[::-1] if found and found.state == "merged" else ()

"""The releases whose pull request was merged, recognised by the content of the release branch.

The title and the message of the merge do not count: people edit them. A release is due if a commit of the branch has
the version in its version files and a section of it in its changelog, and there is no tag of the version yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from shipit.config.model import Config, VersionFileConfig
from shipit.core.commits import RawCommit, subject
from shipit.core.commits.text.proposal import bases_of, trailers_of, with_base
from shipit.core.commits.text.release_message import SUBJECT, release_message
from shipit.core.notes import LANGUAGES, inline, latest_version, section_of
from shipit.core.versions import Version
from shipit.plan.release.observe.proposal import proposal_branch
from shipit.plan.version import History, Package, late_commits
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


def _due(
    world: World,
    config: Config,
    history: History,
    files: Sequence[VersionFileConfig],
    remote: RemoteRefs,
    branch: str,
) -> MergedRelease | None:
    """Return the release of a package that is due, on the first commit that announces it; None without one."""
    git, package, tip = world.git, history.package, remote.branches[branch]
    chain = _first_parents(history, tip)
    paths = [package.changelog, *(file.path for file in files)]
    changing = git.touching(paths, tip, [history.stable.commit] if history.stable else []) if chain else frozenset()
    for commit in (each for each in chain if each.id in changing):
        version = announced_version(git, commit, package.changelog, files)
        if version is None or (history.last and Version.parse(version) <= history.last.version):
            continue
        tag = package.format.render(version)
        end = _proposed_on(world, history, commit, branch) if tag not in remote.tags else ""
        if end or (tag not in remote.tags and history.last):  # before the first release, only what shipit proposed
            message = _tag_message(world, config, history, commit, version, end)
            return MergedRelease(package, tag, version, commit.id, message)
    return None


def _first_parents(history: History, tip: str) -> list[RawCommit]:
    """Return the commits since the last release along first parents, oldest first."""
    commits = {commit.id: commit for commit in (*history.since.commits, *history.others)}
    chain, id = [], tip
    while id in commits:
        chain.append(commits[id])
        id = next(iter(commits[id].parents), "")
    return chain[::-1]


def announced_version(git: Git, commit: RawCommit, changelog: str, files: Sequence[VersionFileConfig]) -> str | None:
    """Return the version that all version files of `commit` have and its changelog describes; None without one.

    Without version files, it is the newest version in the changelog, if the first parent does not describe it.
    """
    text = git.text(commit.id, changelog) or ""
    if files:
        declared = declared_versions(git, commit.id, files)
        written = {each.written for each in declared}
        version = written.pop() if len(written) == 1 and len(declared) == len(files) else None
        is_final = version is not None and all(each.version == version for each in declared)
        return version if version and is_final and section_of(text, version) else None
    version = latest_version(text)
    before = git.text(commit.parents[0], changelog) if commit.parents else None
    return version if version and not (before and section_of(before, version)) else None


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


def _proposed_on(world: World, history: History, commit: RawCommit, branch: str) -> str:
    """Return the commit that the merged proposal was made on; empty if no message names it.

    A person can edit the message of the merge. Then the messages of the commits that were merged are read: in the
    history, or else on the forge.
    """
    for messages in (
        lambda: [commit.message],
        lambda: _merged_messages(world.git, history, commit),
        lambda: _forge_messages(world, branch),
    ):
        found = {end for message in messages() for end in bases_of(message)}
        ends = [end for end in found if _is_within(world.git, history, end, commit)]
        if ends:  # a commit that a person amended and shipit kept names an older one
            return next((end for end in ends if all(world.git.is_ancestor(other, end) for other in ends)), "")
    return ""


def _is_within(git: Git, history: History, end: str, commit: RawCommit) -> bool:
    """Return whether `end` is in the history of `commit`, and not in that of the last release."""
    is_new = history.stable is None or git.is_ancestor(history.stable.commit, end)
    return is_new and git.is_ancestor(end, commit.id)


def _merged_messages(git: Git, history: History, commit: RawCommit) -> list[str]:
    """Return the messages of the proposals that the merge `commit` contains, newest first."""
    proposals = [each for each in (*history.since.commits, *history.others) if trailers_of(each.message)]
    return [each.message for each in proposals if git.is_ancestor(each.id, commit.id)]


def _forge_messages(world: World, branch: str) -> tuple[str, ...]:
    """Return the messages of the commits of the pull request that was merged last, newest first."""
    found = world.forge.find_pull_request(proposal_branch(branch), branch)
    return world.forge.pull_request_messages(found.number)[::-1] if found and found.state == "merged" else ()

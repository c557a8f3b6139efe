"""Look at the world for a release: every fact the plan is made from, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shipit.config.model import BranchConfig, Config, VersionFileConfig
from shipit.core.links import Links
from shipit.core.release_message import is_release
from shipit.core.version import Version
from shipit.errors import Finding, PreflightError, ShipitError
from shipit.plan.history import History, observe_history
from shipit.plan.packages import channel, main_channel, packages
from shipit.plan.unfinished import Unfinished, observe_unfinished
from shipit.plan.version_files import announced_versions, version_files
from shipit.world import Git, RemoteRefs, World


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as committed at the base, and as it stands in the working tree. None: no such file."""

    committed: str | None
    current: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """The facts of a release.

    `head` is where the clone stands; `base` is the commit the release is made on: the remote branch's tip
    where the clone is behind it, without the unpushed release commit of a killed run. `remote` is None
    where there is no remote, or it did not answer. `channel` is how this branch releases; `releasing`
    says whether it does at all.
    """

    head: str
    branch: str | None
    base: str
    channel: BranchConfig
    releasing: bool
    remote: RemoteRefs | None
    tags: Mapping[str, str]
    histories: tuple[History, ...]
    announced: Mapping[str, str]
    version_files: Mapping[str, tuple[VersionFileConfig, ...]]
    files: Mapping[str, FileState]
    dirty: tuple[str, ...]
    diverged: bool
    unfinished: tuple[Unfinished, ...]
    findings: tuple[Finding, ...]
    today: dt.date
    links: Links | None

    @property
    def expected(self) -> str | None:
        """What the remote branch must still be when the release is pushed."""
        return self.remote.branches.get(self.branch) if self.remote and self.branch else None

    @property
    def highest(self) -> Version | None:
        """The highest stable version released, from whatever branch."""
        formats = [history.package.format for history in self.histories]
        found = (format.parse(name) for name in self.tags for format in formats)
        return max((version for version in found if version and not version.prerelease), default=None)


def observe(world: World, config: Config, branch: str | None = None) -> Observed:
    """Look at everything a release depends on. Only reads, apart from fetching what is missing.

    Args:
        branch: the branch to release where HEAD is detached, as the CI names it.

    Raises `PreflightError` where there is nothing to look at: no commit yet.
    """
    git = world.git
    head = git.head()
    if head is None:
        fix = "make a first commit: git commit"
        raise PreflightError([Finding("no-commit", "the repository has no commit yet", fix)])
    branch = git.branch() or branch
    remote, remote_findings = _observe_remote(git)
    forge_findings = world.forge.findings(config.release.write_back) if remote else ()
    askable = all(finding.severity != "error" for finding in forge_findings)
    findings = (*remote_findings, *git.findings(), *forge_findings)
    tags = {tag.name: tag.commit for tag in git.tags()}
    for name in _leftover_tags(git, tags, remote):
        del tags[name]
    base, diverged = _base(git, head, remote.branches.get(branch or "") if remote else None, tags)
    default = remote.default if remote else None
    mine = channel(config, branch, default)
    release_channel = mine or main_channel(config, default)
    histories = tuple(
        observe_history(git, package, base, tags, release_channel.prerelease) for package in packages(config)
    )
    files = {history.package.name: version_files(git, base, history.package) for history in histories}
    changelogs = [history.package.changelog for history in histories]
    paths = [file.path for entries in files.values() for file in entries]
    return Observed(
        head=head,
        branch=branch,
        base=base,
        channel=release_channel,
        releasing=mine is not None,
        remote=remote,
        tags={**tags, **(remote.tags if remote else {})},
        histories=histories,
        announced=announced_versions(git, base, files),
        version_files=files,
        files={path: FileState(git.text(base, path), world.files.read(path)) for path in (*paths, *changelogs)},
        dirty=git.dirty(),
        diverged=diverged,
        unfinished=observe_unfinished(world, histories, remote) if remote and askable else (),
        findings=findings,
        today=world.clock.today(),
        links=world.forge.links(),
    )


def _observe_remote(git: Git) -> tuple[RemoteRefs | None, tuple[Finding, ...]]:
    """The remote's refs, fetched; a remote that is missing or silent is a finding."""
    if git.remote_url() is None:
        fix = "git remote add origin URL"
        return None, (Finding("no-remote", "the repository has no remote to release to", fix),)
    try:
        if git.shallow():
            git.deepen()
        refs = git.remote_refs()
        git.fetch()
    except ShipitError as error:
        fix = error.hint or "check the remote's address: git remote -v"
        return None, (Finding("remote", f"{error.what}: {error.where}" if error.where else error.what, fix),)
    return refs, ()


def _leftover_tags(git: Git, tags: Mapping[str, str], remote: RemoteRefs | None) -> Iterable[str]:
    """Tags that a killed run made and never pushed."""
    local_only = tags.keys() - remote.tags.keys() if remote else ()
    return [name for name in local_only if is_release(git.tag_message(name))]


def _base(git: Git, head: str, tip: str | None, tags: Mapping[str, str]) -> tuple[str, bool]:
    """The commit to release, and whether the clone and the remote went different ways."""
    own = _without_leftover(git, head, tip, frozenset(tags.values()))
    if tip is None or git.is_ancestor(tip, own):
        return own, False
    return (tip, False) if git.is_ancestor(own, tip) else (own, True)


def _without_leftover(git: Git, head: str, tip: str | None, tagged: frozenset[str]) -> str:
    """`head`, or what is below the release commits that a killed run made and never pushed."""
    while True:
        commit = git.commit(head)
        ours = commit is not None and is_release(commit.message)
        published = head in tagged or (tip is not None and git.is_ancestor(head, tip))
        if commit is None or not ours or published or not commit.parents:
            return head
        head = commit.parents[0]

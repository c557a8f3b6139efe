"""Where the clone stands, and on which commit a release is made."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.config.model import BranchConfig, Config
from shipit.core.commits.release_message import is_release_message
from shipit.errors import AuthError, PreflightError, ShipitError
from shipit.finding import Finding
from shipit.plan.version import channel, deepen, main_channel, never_pushed, on_one_line, refused_login
from shipit.world import Git, RemoteRefs


class CloneState(Struct, frozen=True):
    """Clone and remote, side by side.

    `head` is where the clone stands; `base` is the commit the release is made on: the remote branch's tip
    where the clone is behind it, without the unpushed release commit of a killed run. `diverged` says that
    the two went different ways. `remote` is None where there is no remote, or it did not answer. `channel`
    is how this branch releases; `releasing` says whether it does at all. `tags` are the clone's and
    the remote's, name to commit, without the `abandoned` ones, which a killed run made and never pushed.
    `left_commit` says that such a run's commit is where the clone stands.
    """

    head: str
    branch: str | None
    base: str
    diverged: bool
    channel: BranchConfig
    releasing: bool
    remote: RemoteRefs | None
    tags: Mapping[str, str]
    abandoned: Mapping[str, str]
    left_commit: bool
    findings: tuple[Finding, ...]

    @property
    def expected(self) -> str | None:
        """What the remote branch must still be when the release is pushed."""
        return self.remote.branches.get(self.branch) if self.remote and self.branch else None


def observe_clone(git: Git, config: Config, branch: str | None = None) -> CloneState:
    """Ask the clone and its remote; fetch what is missing.

    Args:
        branch: the branch to release where HEAD is detached.

    Raises `PreflightError` where there is no commit yet.
    """
    head = git.head()
    if head is None:
        fix = "make a first commit: git commit"
        raise PreflightError([Finding("no-commit", "the repository has no commit yet", fix)])
    branch = git.branch() or branch
    remote, findings = _observe_remote(git)
    tip = remote.branches.get(branch or "") if remote else None
    tags = {tag.name: tag.commit for tag in git.tags()}
    abandoned = _abandoned(git, remote) if remote else {}
    if remote:  # what it has by a name is right; by names the clone does not know it has no commits
        tags |= {name: commit for name, commit in remote.tags.items() if name in tags}
    for name in abandoned.keys() - remote.tags.keys() if remote else ():
        del tags[name]
    left = never_pushed(git, head, tip, frozenset(tags.values()))
    own = left[-1].parents[0] if left else head
    base, diverged = _base(git, own, tip)
    default = remote.default if remote else None
    mine = channel(config, branch, default)
    releases_as = mine or main_channel(config, default)
    return CloneState(
        head, branch, base, diverged, releases_as, mine is not None, remote, tags, abandoned, own != head, findings
    )


def _observe_remote(git: Git) -> tuple[RemoteRefs | None, tuple[Finding, ...]]:
    """The remote's refs, fetched; a remote that is missing or silent is a finding."""
    too_short = deepen(git)
    if git.remote_url() is None:
        fix = "git remote add origin URL"
        return None, (Finding("no-remote", "the repository has no remote to release to", fix), *too_short)
    try:
        return _fetched(git), too_short
    except AuthError as error:
        return None, tuple({refused_login(error), *too_short})
    except ShipitError as error:
        fix = error.hint or "check the remote's address: git remote -v"
        return None, (Finding("remote", on_one_line(error), fix), *too_short)


def _fetched(git: Git) -> RemoteRefs:
    """The remote's refs with all that is behind them: asked again after the fetch, in case somebody pushed between."""
    refs = None
    while refs != (now := git.remote_refs()):
        refs = now
        git.fetch()
    return now


def _abandoned(git: Git, remote: RemoteRefs) -> Mapping[str, str]:
    """Tags that a killed run made and never pushed: the remote has none of that name, or another run's."""
    own = (tag for tag in git.tags() if tag.annotated and remote.tags.get(tag.name) != tag.commit)
    ours = (tag for tag in own if is_release_message(git.tag_message(tag.name)))
    return {tag.name: tag.commit for tag in ours if not _was_pushed(git, tag.commit, remote)}


def _was_pushed(git: Git, commit: str, remote: RemoteRefs) -> bool:
    """Whether `commit` is a release commit on a branch of the remote, where none comes without its tag."""
    found = git.commit(commit)
    ours = found is not None and is_release_message(found.message)
    return ours and any(git.is_ancestor(commit, tip) for tip in remote.branches.values())


def _base(git: Git, own: str, tip: str | None) -> tuple[str, bool]:
    """The commit to release, and whether the clone and the remote went different ways."""
    if tip is None or git.is_ancestor(tip, own):
        return own, False
    return (tip, False) if git.is_ancestor(own, tip) else (own, True)

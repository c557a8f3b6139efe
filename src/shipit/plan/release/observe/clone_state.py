"""The state of the clone and its remote, and the commit that a release is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from msgspec import Struct

from shipit.config.model import BranchConfig, Config
from shipit.core.commits.text.release_message import is_release_message
from shipit.core.write_back import WriteBack
from shipit.errors import AuthError, CommandError, PreflightError, RemoteTimeout, ShipitError
from shipit.finding import Finding
from shipit.plan.version import (
    channel,
    deepen,
    login_finding,
    main_channel,
    on_one_line,
    unpushed_release_commits,
)
from shipit.world import Git, RemoteRefs, TagRef


class CloneState(Struct, frozen=True):
    """The state of the clone compared with its remote. Commits are full ids.

    `head` is the commit of HEAD. `base` is the commit that the release is made from: HEAD without the unpushed release
    commits of an interrupted run, or the commit of the remote branch when the clone is behind it. `diverged` is True
    when the branch and the remote branch each have commits that the other lacks. `remote` is None when there is no
    remote, or it did not answer.

    `channel` are the settings of the branch, or those of the first release branch when `is_release_branch` is False.
    `tags` is the commit of each tag of the clone by name; where the remote has the tag too, its commit there. Not in
    it are `leftover_tags`, which an interrupted run made and did not push. `head_is_leftover` is True when HEAD is a
    release commit of such a run.
    """

    head: str
    branch: str | None
    base: str
    diverged: bool
    channel: BranchConfig
    is_release_branch: bool
    remote: RemoteRefs | None
    tags: Mapping[str, str]
    leftover_tags: Mapping[str, str]
    head_is_leftover: bool
    findings: tuple[Finding, ...]

    @property
    def expected(self) -> str | None:
        """The commit that the remote branch must still be at when the release is pushed; None for a new branch."""
        return self.remote.branches.get(self.branch) if self.remote and self.branch else None


def observe_clone(git: Git, config: Config, branch: str | None = None) -> CloneState:
    """Return the state of the clone and its remote. Fetches the commits and tags that the clone lacks.

    Args:
        git: the clone.
        config: the configuration.
        branch: the branch to release when HEAD is detached.

    Raises `PreflightError` when the repository has no commit yet.
    """
    head = git.head()
    if head is None:
        fix = "make a first commit: git commit"
        raise PreflightError([Finding("no-commit", "the repository has no commit yet", fix)])
    branch = git.branch() or branch
    remote, findings = _observe_remote(git, config.release.remote, branch or "HEAD")
    tip = remote.branches.get(branch or "") if remote else None
    own_tags = git.tags()
    tags = {tag.name: tag.commit for tag in own_tags}
    leftover_tags = _leftover_tags(git, own_tags, remote, config.release.write_back) if remote else {}
    if remote:  # for the same name, the remote is right; tags that only the remote has point to commits not fetched
        tags |= {name: commit for name, commit in remote.tags.items() if name in tags}
    for name in leftover_tags.keys() - remote.tags.keys() if remote else ():
        del tags[name]
    unpushed = unpushed_release_commits(git, head, tip, frozenset(tags.values()))
    local = unpushed[-1].parents[0] if unpushed else head
    base, diverged = _base(git, local, tip)
    default = remote.default if remote else None
    branch_channel = channel(config, branch, default)
    return CloneState(
        head=head,
        branch=branch,
        base=base,
        diverged=diverged,
        channel=branch_channel or main_channel(config, default),
        is_release_branch=branch_channel is not None,
        remote=remote,
        tags=tags,
        leftover_tags=leftover_tags,
        head_is_leftover=local != head,
        findings=findings,
    )


def _observe_remote(git: Git, name: str, branch: str) -> tuple[RemoteRefs | None, tuple[Finding, ...]]:
    """Return the branches and tags of the remote after a fetch, and the findings; None when it cannot be read."""
    shallow_findings, urls = deepen(git, name), git.remote_urls()
    if urls.fetch is None:
        fix = f"git remote add {name} URL"
        return None, (Finding("no-remote", "the repository has no remote to release to", fix), *shallow_findings)
    findings = (*_push_url_findings(urls.fetch, urls.push, name, branch), *shallow_findings)
    try:
        return _fetched_refs(git), findings
    except AuthError as error:
        return None, tuple({login_finding(error), *findings})
    except RemoteTimeout:  # the next question to the remote would wait as long again
        raise
    except CommandError as error:
        fix = error.hint or f"run git fetch {name} by hand"
        return None, (Finding("clone", on_one_line(error), fix), *findings)
    except ShipitError as error:
        fix = error.hint or "check the remote's address: git remote -v"
        return None, (Finding("remote", on_one_line(error), fix), *findings)


def _push_url_findings(fetch: str, push: Sequence[str], name: str, branch: str) -> Iterator[Finding]:
    """Yield a finding if a push goes to another repository than the one at `fetch`, which a release is planned from.

    Also if it goes to both: git pushes to one after the other, and one of them can refuse.
    """
    if all(url == fetch for url in push):
        return
    from shipit.core.remote_address import same_repository  # few clones need it

    others = [url for url in push if not same_repository(url, fetch)]
    if others:
        what = f"`{name}` is read from `{fetch}`, but `git push` writes to {', '.join(f'`{url}`' for url in others)}"
        fix = f"to release to the first: git config --replace-all remote.{name}.pushurl {quote(fetch)}"
        if push[1:]:
            copies = " && ".join(f"git push --follow-tags {quote(url)} {quote(branch)}" for url in others)
            fix += f"; to copy the release to the others afterwards: {copies}"
        else:
            fix += f"; to release to the other: git remote set-url {name} {quote(others[0])}"
        yield Finding("push-url", what, fix)


def _fetched_refs(git: Git) -> RemoteRefs:
    """Return the branches and tags of the remote; fetches, if the clone lacks some of them.

    Repeats when somebody pushed during the fetch. A tag that the clone has on another commit is never fetched.
    """
    refs = git.remote_refs()
    while not git.has_fetched(refs):
        git.fetch()
        latest = refs if git.has_fetched(refs) else git.remote_refs()
        if latest == refs:
            break
        refs = latest
    return refs


def _leftover_tags(git: Git, tags: Sequence[TagRef], remote: RemoteRefs, write_back: WriteBack) -> Mapping[str, str]:
    """Return the tags that an interrupted run made and did not push, with their commits.

    The remote has no tag of that name, or a tag of that name on another commit. Of a proposed release, the commit is on
    the remote before the tag.
    """
    only_here = (tag for tag in tags if tag.annotated and remote.tags.get(tag.name) != tag.commit)
    made_by_shipit = (tag for tag in only_here if is_release_message(git.tag_message(tag.name)))
    proposed = write_back.proposes
    return {tag.name: tag.commit for tag in made_by_shipit if proposed or not _was_pushed(git, tag.commit, remote)}


def _was_pushed(git: Git, commit: str, remote: RemoteRefs) -> bool:
    """Return whether `commit` is a release commit on a remote branch; then its tag was pushed together with it."""
    found = git.commit(commit)
    is_release_commit = found is not None and is_release_message(found.message)
    return is_release_commit and any(git.is_ancestor(commit, tip) for tip in remote.branches.values())


def _base(git: Git, local: str, tip: str | None) -> tuple[str, bool]:
    """Return the commit to release, and True when the branch and the remote branch have diverged.

    Args:
        git: the clone.
        local: the commit of the branch, without unpushed release commits.
        tip: the commit of the remote branch; None when there is no such branch.
    """
    if tip is None or git.is_ancestor(tip, local):
        return local, False
    return (tip, False) if git.is_ancestor(local, tip) else (local, True)

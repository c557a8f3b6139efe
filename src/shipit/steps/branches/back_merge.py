"""The optional step that brings a release back into another branch, so that the branch knows the last release."""

from __future__ import annotations

from contextlib import suppress
from shlex import quote
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.errors import BranchMoved, ConflictError, RemoteError, ShipitError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.branches.branch_pull_request import BranchPullRequest
from shipit.steps.repository import ReleaseCommit
from shipit.world import RemoteRefs, World

SUBJECT = "chore: merge release {release} into {branch}"
"""The subject of the merge commit and the title of the pull request. It counts for no version."""


def back_merge_branch(branch: str) -> str:
    """Return the branch of the pull request that brings releases back into `branch`.

    >>> back_merge_branch("team/dev")
    'shipit/back-merge/team--dev'
    """
    return f"shipit/back-merge/{branch.replace('/', '--')}"


class BackMerge(Struct, frozen=True):
    """Bring the commit of the release `release` into `branch` of the remote.

    The branch is fast-forwarded if it has no commits of its own, else it gets a merge commit by `author`. If the merge
    conflicts, or the branch accepts no push, a pull request is opened. `forwards` and `proposes` are the plan for
    people: `forwards` is True if the branch had no commits of its own when the plan was made, and `proposes` is False
    if the forge has no pull requests. `source` is the release branch.
    """

    kind: ClassVar[str] = "back-merge"
    public: ClassVar[bool] = True
    branch: str
    release: str
    commit: ReleaseCommit
    source: str
    forwards: bool
    author: str | None = None
    proposes: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.branch}"

    @property
    def summary(self) -> str:
        or_else = ", or a pull request if it conflicts" if self.proposes else ""
        how = "by fast-forward" if self.forwards else f"with a merge commit{or_else}"
        return f"bring {self.release} back into {self.branch} {how}"

    def check(self, world: World) -> Done | Todo:
        commit, refs = self.commit.find(world), world.git.remote_refs()
        tip = self._tip(refs)
        if commit is None:
            return Todo()
        if world.git.is_ancestor(commit, tip):
            return Done()
        found = self._pull_request.find(world)
        if found is None or not self._pull_request.brings(found, commit, world):
            return Todo()
        return Done({self._output: found.url} if found.state == "open" else {})  # one that a person closed stays closed

    def apply(self, world: World) -> Outputs:
        for _ in range(limits.BRANCH_ATTEMPTS - 1):
            with suppress(BranchMoved):  # somebody pushed to the branch meanwhile
                return self._bring(world)
        return self._bring(world)

    def _bring(self, world: World) -> Outputs:
        refs = world.git.remote_refs()
        if not world.git.has_fetched(refs):
            world.git.fetch()
        status = self.check(world)
        if isinstance(status, Done):
            return status.outputs
        commit, tip = self.commit.require(world), self._tip(refs)
        made = commit
        if not world.git.is_ancestor(tip, commit):
            merge = world.git.merge_files(tip, commit)
            if merge.conflicts:
                return self._propose(world, commit, f"{_listed(merge.conflicts)} changed on both branches")
            made = world.git.commit_files(merge.files, tip, f"{self._subject}\n", self.author, merged=commit)
        try:
            world.git.push(branch=self.branch, commit=made, expected=tip, tags=())
        except RemoteError as error:
            if world.git.remote_refs().branches.get(self.branch) == made:  # only the answer was lost
                return {}
            if error.retryable:
                raise
            return self._propose(world, commit, f"the remote refuses pushes to {_code(self.branch)}", error)
        return {}

    def _propose(self, world: World, commit: str, why: str, refused: ShipitError | None = None) -> Outputs:
        """Open a pull request, or bring the open one to this release."""
        if not world.forge.opens_pull_requests:
            what = f"{self.release} is not brought back into `{self.branch}`: {why}"
            raise ConflictError(what, hint=f"merge it by hand: {self._by_hand(world)}") from refused
        branch, refs = self._pull_request.branch, world.git.remote_refs()
        head = refs.branches.get(branch)
        if head and not self._pull_request.may_leave(head, commit, world, refs):
            what = f"`{branch}` has commits that are not in `{self.branch}` yet, so {self.release} is not added to it"
            raise ConflictError(what, hint=f"merge the pull request of `{branch}`, then run the same command again")
        if head != commit:
            world.git.push(branch=branch, commit=commit, expected=head, tags=())
        try:
            made = world.forge.keep_pull_request(
                branch=branch, base=self.branch, title=self._subject, body=self._body(commit, why, world)
            )
        except ShipitError as error:
            by_hand = self._by_hand(world)
            error.hint = f"{error.hint}; or merge by hand: {by_hand}" if error.hint else by_hand
            raise error from refused
        return {self._output: made.url}

    def _tip(self, refs: RemoteRefs) -> str:
        """Return the commit of the branch on the remote. Raises `ConflictError` if there is no such branch."""
        tip = refs.branches.get(self.branch)
        if tip is None:
            what = f"there is no branch `{self.branch}` on the remote, so {self.release} is not brought back into it"
            raise ConflictError(what, hint="push the branch, or remove it from `back-merge` in `[release]`")
        return tip

    def _body(self, commit: str, why: str, world: World) -> str:
        return (
            f"This brings the release {_code(self.release)} ({commit[:10]}) from {_code(self.source)} back into "
            f"{_code(self.branch)}, so that the versions there follow it. shipit did not do it without a pull request: "
            f"{why}.\n\n"
            "Use a merge commit. A squash or a rebase does not bring the tag of the release into the branch.\n\n"
            f"On the command line:\n\n```sh\n{self._by_hand(world)}\n```\n"
        )

    def _by_hand(self, world: World) -> str:
        remote, branch, tag = quote(world.git.remote), quote(self.branch), quote(self.commit.tag)
        update = f"git fetch --tags {remote} && git switch {branch} && git pull {remote} {branch}"
        return f"{update} && git merge {tag} && git push {remote} {branch}"

    @property
    def _pull_request(self) -> BranchPullRequest:
        return BranchPullRequest(back_merge_branch(self.branch), self.branch)

    @property
    def _subject(self) -> str:
        return SUBJECT.format(release=self.release, branch=self.branch)

    @property
    def _output(self) -> str:
        return f"{_OUTPUT}{self.branch}"


_OUTPUT = "back-merge:"


def back_merge_pull_requests(outputs: Outputs) -> dict[str, str]:
    """Return the address of each pull request that brings a release back, by the branch that gets it."""
    return {name.removeprefix(_OUTPUT): url for name, url in outputs.items() if name.startswith(_OUTPUT)}


def _code(text: str) -> str:
    """Return `text` as code in Markdown."""
    return f"`{text.replace('`', '')}`"


def _listed(paths: tuple[str, ...]) -> str:
    shown = ", ".join(_code(path) for path in paths[:5])
    return f"{shown} and {len(paths) - 5} more" if paths[5:] else shown

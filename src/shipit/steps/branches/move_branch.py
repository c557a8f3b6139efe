"""The optional step that moves the branch of an environment to the release that was just made."""

from __future__ import annotations

from shlex import quote
from typing import ClassVar

from msgspec import Struct

from shipit.errors import ConflictError, RemoteError
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.branches.branch_pull_request import BranchPullRequest
from shipit.steps.branches.promote_branch import SUBJECT, PromoteBranch
from shipit.steps.repository import ReleaseCommit
from shipit.world import World


def promotion_branch(branch: str) -> str:
    """Return the branch of the pull request that moves `branch` to a release.

    >>> promotion_branch("live/prod")
    'shipit/promote/live--prod'
    """
    return f"shipit/promote/{branch.replace('/', '--')}"


class MoveBranch(Struct, frozen=True):
    """Move `branch` of the remote to the commit of the release `release`, as `PromoteBranch` does.

    If the branch accepts no push, a pull request is opened; `proposes` is False if the forge has none. `source`,
    `expected`, `forwards` and `author` are those of `PromoteBranch`.
    """

    kind: ClassVar[str] = "move-branch"
    public: ClassVar[bool] = True
    branch: str
    release: str
    commit: ReleaseCommit
    source: str
    expected: str
    forwards: bool
    author: str | None = None
    proposes: bool = True

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.branch}"

    @property
    def summary(self) -> str:
        how = "by fast-forward" if self.forwards else "with a merge commit that has the files of the release"
        or_else = ", or open a pull request if it accepts no push" if self.proposes else ""
        return f"move {self.branch} to {self.release} {how}{or_else}"

    def check(self, world: World) -> Done | Todo:
        commit = self.commit.find(world)
        if commit is None:
            return Todo()
        tip = world.git.remote_refs().branches.get(self.branch)
        # A branch that people brought back to an earlier release has this one in its history, and stays as it is.
        if tip and (world.git.is_ancestor(commit, tip) or world.git.same_files(commit, tip)):
            return Done()
        found = self._pull_request.find(world)
        if found and self._pull_request.brings(found, commit, world):
            return Done({self._output: found.url} if found.state == "open" else {})  # one that a person closed stays
        return self._move(commit).check(world)

    def apply(self, world: World) -> Outputs:
        status = self.check(world)
        if isinstance(status, Done):
            return status.outputs
        commit = self.commit.require(world)
        try:
            self._move(commit).apply(world)
        except RemoteError as error:
            if error.retryable or not world.forge.opens_pull_requests:
                raise
            return self._propose(world, commit, error)
        return {}

    def _move(self, commit: str) -> PromoteBranch:
        return PromoteBranch(
            self.branch, self.release, commit, self.source, self.expected, self.forwards, author=self.author
        )

    def _propose(self, world: World, commit: str, refused: RemoteError) -> Outputs:
        """Open a pull request, or bring the open one to this release."""
        refs, request = world.git.remote_refs(), self._pull_request
        head = refs.branches.get(request.branch)
        if head and not self._is_own(head, world) and not request.may_leave(head, commit, world, refs):
            what = f"`{request.branch}` has commits of people, so {self.release} is not added to it"
            todo = f"merge or close the pull request of `{request.branch}`"
            hint = f"{todo}; to move `{self.branch}` after that: shipit promote-branch {quote(self.branch)}"
            raise ConflictError(what, hint=hint) from refused
        if not (head and all(world.git.is_ancestor(each, head) for each in (commit, self.expected))):
            made = self._move(commit).made(world)
            world.git.push(branch=request.branch, commit=made, expected=head, tags=())
        opened = world.forge.keep_pull_request(
            branch=request.branch,
            base=self.branch,
            title=SUBJECT.format(release=self.release, branch=self.branch),
            body=self._body(commit),
        )
        return {self._output: opened.url}

    def _is_own(self, head: str, world: World) -> bool:
        """Return whether `head` is a merge commit of shipit: it has exactly the files of the release that it merges."""
        found = world.git.commit(head)
        return (
            found is not None
            and len(found.parents) == 2
            and found.message.startswith(SUBJECT.partition("{")[0])
            and world.git.same_files(head, found.parents[1])
        )

    def _body(self, commit: str) -> str:
        return (
            f"Merging this pull request, by any method, moves `{self.branch}` to the release `{self.release}` "
            f"({commit[:10]}) of `{self.source}`: it then has exactly the files of the release. shipit could not move "
            f"it, because the remote refuses pushes to `{self.branch}`. The next release brings this pull request up "
            "to date.\n"
        )

    @property
    def _pull_request(self) -> BranchPullRequest:
        return BranchPullRequest(promotion_branch(self.branch), self.branch)

    @property
    def _output(self) -> str:
        return f"{_OUTPUT}{self.branch}"


_OUTPUT = "promote:"


def promotion_pull_requests(outputs: Outputs) -> dict[str, str]:
    """Return the address of each pull request that moves a branch to the release, by the branch that it moves."""
    return {name.removeprefix(_OUTPUT): url for name, url in outputs.items() if name.startswith(_OUTPUT)}

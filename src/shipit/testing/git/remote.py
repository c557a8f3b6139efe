"""A remote in memory, for tests: the branches and tags that clones share, and the forge's releases."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from shipit.errors import BranchMoved, ConflictError, RemoteError
from shipit.testing.clock import FakeClock
from shipit.testing.git.objects import Commits, FakeTag
from shipit.testing.git.pull_requests import FakePullRequests
from shipit.world import ForgeDeployment, ForgeRelease, PastDeployment, RemoteRefs, only_branch

_STATE = "nothing was pushed; the remote is unchanged"


class FakeRemote(Struct):
    """A remote with its forge. A test can read and change every field, as another user would.

    Args:
        default: the name of the default branch; None for none.
        branches: commit id by branch name.
        releases: the releases of the forge, by tag.
        latest: the tag that the forge shows as the latest release.
        comments: the comments on issues and pull requests, by number.
        labels: the labels of issues and pull requests, by number.
        protected: the names of the branches that refuse each push, because only pull requests may change them.
        keeps_branches: whether no branch may be removed.
        deployments: the reported deployments with their states, the oldest first, by environment.
        past_deployments: the same with all their states and times.
        notes: the notes that people wrote for commits, text by commit id.
    """

    url: str = "https://git.test/acme/app"
    default: str | None = "main"
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, FakeTag] = field(default_factory=dict)
    commits: Commits = field(default_factory=Commits)
    releases: dict[str, ForgeRelease] = field(default_factory=dict)
    latest: str | None = None
    comments: dict[int, list[str]] = field(default_factory=dict)
    labels: dict[int, set[str]] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    keeps_branches: bool = False
    deployments: dict[str, list[tuple[ForgeDeployment, str]]] = field(default_factory=dict)
    past_deployments: dict[str, list[PastDeployment]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)
    _pull_requests: FakePullRequests | None = None

    @property
    def pull_requests(self) -> FakePullRequests:
        """The pull requests of the forge."""
        if self._pull_requests is None:
            self._pull_requests = FakePullRequests(self)
        return self._pull_requests

    @property
    def refs(self) -> RemoteRefs:
        tags = {name: tag.commit for name, tag in self.tags.items()}
        default = self.default if self.default in self.branches else only_branch(self.branches)
        notes = str(sorted(self.notes.items())) if self.notes else None  # in place of the id of a commit
        return RemoteRefs(dict(self.branches), tags, default, notes)

    def tree(self, branch: str | None = None) -> dict[str, str]:
        """Return the files at the tip of `branch`, or of the default branch: text by path."""
        tip = self.commits.held[self.branches[branch or self.default or ""]]
        return {path: data.decode("utf-8", "surrogateescape") for path, data in tip.tree.items()}

    def subjects(self, branch: str | None = None) -> list[str]:
        """Return the headers of all commits on `branch`, or on the default branch, newest first."""
        tip = self.branches[branch or self.default or ""]
        return [commit.message.split("\n", 1)[0] for commit in self.commits.newest_first([tip])]

    def receive(
        self, commits: Commits, *, branch: str | None, commit: str, expected: str | None, tags: dict[str, FakeTag]
    ) -> None:
        """Accept an atomic push, all of it or nothing: `commit` to `branch`, if that is still at `expected`, and tags.

        Raises `BranchMoved` if the branch is elsewhere, `ConflictError` if a tag exists and differs, and `RemoteError`
        if the branch is protected.
        """
        if branch in self.protected:
            raise RemoteError(f"the remote refuses pushes to the protected branch `{branch}`", state=_STATE)
        if branch is not None and self.branches.get(branch) not in (commit, expected):
            hint = "run the same command again: it makes a new plan"
            what = f"`{branch}` moved on the remote during this run"
            raise BranchMoved(what, hint=hint, state=_STATE)
        for name, tag in tags.items():
            if self.tags.get(name, tag) != tag:
                hint = "show the remote's tags with `git ls-remote --tags`; shipit never moves a release tag"
                what = "a tag of this release already exists on the remote, on another commit"
                raise ConflictError(what, hint=hint, state=_STATE)
        self._hold(commits, [commit, *(tag.commit for tag in tags.values())])
        self.tags |= tags
        if branch is not None:
            self.branches[branch] = commit

    def delete_branch(self, name: str, expected: str) -> None:
        """Delete the branch `name`, if it is at `expected`; raises `BranchMoved` if it is elsewhere."""
        if self.branches.get(name) != expected:
            what = f"`{name}` moved on the remote during this run"
            raise BranchMoved(what, hint="run the same command again: it makes a new plan", state=_STATE)
        if self.keeps_branches:
            raise RemoteError(f"the remote refuses to remove the branch `{name}`", state=_STATE)
        del self.branches[name]

    def move_tag(self, commits: Commits, name: str, tag: FakeTag) -> None:
        """Accept a forced push of one tag."""
        self._hold(commits, [tag.commit])
        self.tags[name] = tag

    def _hold(self, commits: Commits, tips: Iterable[str]) -> None:
        self.commits.held |= {id: commits.held[id] for id in commits.reachable(tips)}

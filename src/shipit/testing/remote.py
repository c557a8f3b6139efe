"""The remote that clones share: its refs, and the forge's releases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shipit.errors import BranchMoved, ConflictError
from shipit.testing.clock import FakeClock
from shipit.testing.objects import Commits, FakeTag
from shipit.world import ForgeRelease, RemoteRefs

_STATE = "nothing was pushed: the remote is as it was"


@dataclass
class FakeRemote:
    """What everybody sees, open for a test to look at and to change behind a clone's back.

    `releases` are those of the forge by tag; `latest` is the tag it shows as the latest; `comments` and `labels`
    are those of pull requests and issues by number.
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
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def refs(self) -> RemoteRefs:
        tags = {name: tag.commit for name, tag in self.tags.items()}
        default = self.default if self.default in self.branches else None
        return RemoteRefs(dict(self.branches), tags, default)

    def tree(self, branch: str | None = None) -> dict[str, str]:
        """The files at the tip of `branch`, or of the default branch: path to text."""
        tip = self.commits.held[self.branches[branch or self.default or ""]]
        return {path: data.decode("utf-8", "surrogateescape") for path, data in tip.tree.items()}

    def subjects(self, branch: str | None = None) -> list[str]:
        """The first lines of all commits on `branch`, or on the default branch, newest first."""
        tip = self.branches[branch or self.default or ""]
        return [commit.message.split("\n", 1)[0] for commit in self.commits.newest_first([tip])]

    def receive(
        self, commits: Commits, *, branch: str | None, commit: str, expected: str | None, tags: dict[str, FakeTag]
    ) -> None:
        """An atomic push: the branch with a lease on `expected`, and new tags; all of it or nothing."""
        if branch is not None and self.branches.get(branch) not in (commit, expected):
            hint = "run the same command again: it plans afresh"
            raise BranchMoved(f"`{branch}` moved on the remote meanwhile", hint=hint, state=_STATE)
        for name, tag in tags.items():
            if self.tags.get(name, tag) != tag:
                hint = "look at it with `git ls-remote --tags`; shipit never moves a release tag"
                raise ConflictError("a tag of this release exists on the remote already", hint=hint, state=_STATE)
        self._hold(commits, [commit, *(tag.commit for tag in tags.values())])
        self.tags |= tags
        if branch is not None:
            self.branches[branch] = commit

    def move_tag(self, commits: Commits, name: str, tag: FakeTag) -> None:
        """A forced push of one tag."""
        self._hold(commits, [tag.commit])
        self.tags[name] = tag

    def _hold(self, commits: Commits, tips: Iterable[str]) -> None:
        self.commits.held |= {id: commits.held[id] for id in commits.behind(tips)}

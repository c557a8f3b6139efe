"""The part of the port `Git` that reads history, with commits in memory."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from shipit.testing.git.objects import Commits, FakeCommit
from shipit.world import CommitInfo


def walked(history: Mapping[str, Sequence[str]]) -> tuple[Commits, dict[str, str]]:
    """Return commits in memory, one second apart, and their ids by name.

    Args:
        history: the names of the parents of each commit by its name, parents before children.
    """
    commits, ids = Commits(), dict[str, str]()
    for at, (name, parents) in enumerate(history.items()):
        ids[name] = commits.add(FakeCommit({}, tuple(ids[parent] for parent in parents), f"feat: {name}", at))
    return commits, ids


class _Walked:
    """A repository in memory; `read` is the number of commits that `log` returned."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self.read = 0

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        for commit in self._commits.newest_first(include, exclude):
            self.read += 1
            yield commit.record(commit.parents)

    def commit(self, rev: str) -> CommitInfo:
        found = self._commits.held[rev]
        return CommitInfo(rev, found.parents, found.message, found.timestamp)

    def is_ancestor(self, old: str, new: str) -> bool:
        return old in self._commits.reachable([new])

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        return self._commits.reachable([rev]).intersection(commits)


Walked: Any = _Walked  # only some of what `Git` promises

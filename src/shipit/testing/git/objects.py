"""Commits and tags in memory, and walks over the history as git does them, for tests."""

from __future__ import annotations

import difflib
import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

PERSON = "Fake Person <fake.person@example.org>"


class FakeCommit(Struct, frozen=True, dict=True):
    """A commit.

    Args:
        tree: all files of the commit, bytes by path.
        parents: the ids of its parents.
        timestamp: in seconds since the epoch (UTC).
        author: in the form `Name <email>`.
    """

    tree: Mapping[str, bytes]
    parents: tuple[str, ...]
    message: str
    timestamp: int
    author: str = PERSON

    @cached_property
    def id(self) -> str:
        """A hash of all fields, as in git: the same change, committed a second later, has another id."""
        fields = (sorted(self.tree.items()), self.parents, self.message, self.timestamp, self.author)
        return hashlib.sha1(repr(fields).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

    def record(self, parents: Iterable[str]) -> bytes:
        """Return the commit as `git log` prints it in the format `shipit.core.history.LOG_FORMAT`.

        `parents` are the ids to print: none at the edge of a shallow clone.
        """
        name = self.author.partition(" <")[0]
        fields = (self.id, " ".join(parents), name, str(self.timestamp), self.message)
        return b"".join(part.encode("utf-8", "surrogateescape") + b"\0" for part in fields)


class FakeTag(Struct, frozen=True):
    """A tag on a commit; a lightweight tag has no message. `timestamp` is in seconds since the epoch (UTC)."""

    commit: str
    message: str | None = None
    timestamp: int = 0


class Commits(Struct):
    """The commits of one repository.

    Args:
        held: the commits by id.
        cut: the ids of commits whose parents are hidden, as at the edge of a shallow clone.
    """

    held: dict[str, FakeCommit] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()

    def add(self, commit: FakeCommit) -> str:
        self.held[commit.id] = commit
        return commit.id

    def parents(self, id: str) -> tuple[str, ...]:
        return () if id in self.cut else self.held[id].parents

    def reachable(self, ids: Iterable[str]) -> frozenset[str]:
        """Return the ids of all commits reachable from `ids`, including `ids`."""
        seen: set[str] = set()
        waiting = list(ids)
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                waiting += self.parents(id)
        return frozenset(seen)

    def newest_first(self, include: Iterable[str], exclude: Iterable[str] = ()) -> Iterator[FakeCommit]:
        """Yield the commits reachable from `include` and not from `exclude`, in the order of `git log`.

        The next commit is always the newest of those whose child was yielded, or that are in `include`.
        """
        seen = set(self.reachable(exclude))
        waiting: list[tuple[int, int, str]] = []

        def reach(ids: Iterable[str]) -> None:
            for id in ids:
                if id not in seen:
                    seen.add(id)
                    heapq.heappush(waiting, (-self.held[id].timestamp, len(seen), id))

        reach(include)
        while waiting:
            id = heapq.heappop(waiting)[2]
            yield self.held[id]
            reach(self.parents(id))

    def fork(self, one: str, other: str) -> str | None:
        """Return the newest commit that is in the history of both; None if there is none."""
        shared = self.reachable([one])
        return next((each.id for each in self.newest_first([other]) if each.id in shared), None)

    def change(self, commit: FakeCommit) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Return the lines that a commit adds and removes in each file, compared with its first parent."""
        before = next((self.held[id].tree for id in self.parents(commit.id)), {})
        paths = (path for path in {*before, *commit.tree} if before.get(path) != commit.tree.get(path))
        return frozenset((path, _changed_lines(before.get(path, b""), commit.tree.get(path, b""))) for path in paths)

    def touches(self, commit: FakeCommit, path: str, without: Sequence[str] = ()) -> bool:
        """Return whether the file or directory `path` differs from the first parent, also without `without`."""
        before = next((self.held[id].tree for id in self.parents(commit.id)), {})
        now, then = _below(commit.tree, path), _below(before, path)
        differing = {name for name in (*now, *then) if now.get(name) != then.get(name)}
        return any(not any(_below({name: b""}, each) for each in without) for name in differing)


def _changed_lines(before: bytes, after: bytes) -> tuple[str, ...]:
    old, new = (each.decode("utf-8", "surrogateescape").splitlines() for each in (before, after))
    return tuple(line for line in difflib.ndiff(old, new) if line[:1] in "+-")


def with_changes(
    onto: Mapping[str, bytes], before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files `onto` with the changes from `before` to `after`, and the sorted paths that conflict.

    Unlike git, it does not merge within a file.
    """
    tree, conflicts = dict(onto), []
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        if tree.get(path) not in (before.get(path), after.get(path)):
            conflicts.append(path)
            continue
        tree.pop(path, None)
        tree |= {path: after[path]} if path in after else {}
    return tree, tuple(conflicts)


def _below(tree: Mapping[str, bytes], path: str) -> dict[str, bytes]:
    prefix = f"{path.rstrip('/')}/" if path else ""
    return {name: data for name, data in tree.items() if name == path or name.startswith(prefix)}

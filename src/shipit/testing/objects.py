"""Commits and tags in memory, and the walks over them that git does."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

PERSON = "Fake Person <fake.person@example.org>"


@dataclass(frozen=True)
class FakeCommit:
    """A commit with its whole tree: path to bytes. `author` is `Name <mail>`, `timestamp` in seconds (UTC)."""

    tree: Mapping[str, bytes]
    parents: tuple[str, ...]
    message: str
    timestamp: int
    author: str = PERSON

    @cached_property
    def id(self) -> str:
        """Forty hex digits over all of it, as in git: the same commit made a second later has another id."""
        told = (sorted(self.tree.items()), self.parents, self.message, self.timestamp, self.author)
        return hashlib.sha1(repr(told).encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

    def record(self, parents: Iterable[str]) -> bytes:
        """The commit as `git log` gives it in `core.log.FORMAT`."""
        name = self.author.partition(" <")[0]
        fields = (self.id, " ".join(parents), name, str(self.timestamp), self.message)
        return b"".join(part.encode("utf-8", "surrogateescape") + b"\0" for part in fields)


@dataclass(frozen=True, slots=True)
class FakeTag:
    """A tag on a commit; lightweight where it has no message."""

    commit: str
    message: str | None = None
    timestamp: int = 0


@dataclass
class Commits:
    """The commits of one repository by id. Those named in `cut` hide their parents: a shallow clone ends there."""

    held: dict[str, FakeCommit] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()

    def add(self, commit: FakeCommit) -> str:
        self.held[commit.id] = commit
        return commit.id

    def parents(self, id: str) -> tuple[str, ...]:
        return () if id in self.cut else self.held[id].parents

    def behind(self, ids: Iterable[str]) -> frozenset[str]:
        """Every commit reachable from `ids`, themselves included."""
        seen: set[str] = set()
        waiting = list(ids)
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                waiting += self.parents(id)
        return frozenset(seen)

    def newest_first(self, include: Iterable[str], exclude: Iterable[str] = ()) -> Iterator[FakeCommit]:
        """As `git log` orders them: the newest of what was reached so far."""
        seen = set(self.behind(exclude))
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

    def touches(self, commit: FakeCommit, path: str) -> bool:
        """Whether what is at or below `path` differs from the first parent."""
        before = next((self.held[id].tree for id in self.parents(commit.id)), {})
        return _below(commit.tree, path) != _below(before, path)


def _below(tree: Mapping[str, bytes], path: str) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if name == path or name.startswith(f"{path.rstrip('/')}/")}

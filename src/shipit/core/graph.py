"""Who is whose parent in a long history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from operator import lt

from shipit.core.log import RawCommit


@dataclass(frozen=True, slots=True)
class Graph:
    """The parents of each commit by position in the log, for a million commits are walked over several times.

    `first` are first parents, as long as the log where there is none; `others` are the further parents of merges.
    """

    places: dict[str, int]
    first: list[int]
    others: dict[int, list[int]]

    @classmethod
    def of(cls, commits: Sequence[RawCommit], named: Iterable[str] = ()) -> Graph:
        """The graph of a log, newest first; `places` has the commits of the log that are `named`, by id."""
        ids = [*(commit.id for commit in commits), ""]
        none = len(commits)
        first = list(range(1, none + 1))  # nearly every commit stands right above its only parent
        elsewhere = {
            at: commit.parents
            for at, commit in enumerate(commits)
            if len(commit.parents) != 1 or commit.parents[0] != ids[at + 1]
        }
        wanted = set(named).union(*elsewhere.values())
        places = {id: at for at, id in enumerate(ids) if id in wanted}
        others: dict[int, list[int]] = {}
        for at, parents in elsewhere.items():
            first[at] = places.get(parents[0], none) if parents else none
            if len(parents) > 1:
                others[at] = [places[id] for id in parents[1:] if id in places]
        return cls(places, first, others)

    def parents(self, at: int) -> Iterator[int]:
        if self.first[at] < len(self.first):
            yield self.first[at]
        yield from self.others.get(at, ())

    def parents_first(self) -> Sequence[int]:
        """Every commit after its parents: the log backwards, unless a clock that git's order follows was wrong."""
        backwards = range(len(self.first) - 1, -1, -1)
        if all(map(lt, count(), self.first)) and all(at < parent for at in self.others for parent in self.others[at]):
            return backwards
        order: dict[int, None] = {}
        for newest in backwards:
            open_lines = [newest]
            while open_lines:
                missing = [parent for parent in self.parents(open_lines[-1]) if parent not in order]
                if missing:
                    open_lines.extend(missing)
                else:
                    order[open_lines.pop()] = None
        return list(order)

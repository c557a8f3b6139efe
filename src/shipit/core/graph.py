"""Who is whose parent in a long history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    def of(cls, commits: Sequence[RawCommit]) -> Graph:
        places = {commit.id: at for at, commit in enumerate(commits)}
        none = len(commits)
        first, others = [], {}
        for at, (_, parents, *_) in enumerate(commits):
            first.append(places.get(parents[0], none) if parents else none)
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

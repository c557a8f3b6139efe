"""Who is whose parent in a long history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from operator import lt

from msgspec import Struct

from shipit.core.history.log import Log


class Graph(Struct, frozen=True):
    """A log in segments, for nearly every commit stands right above its only parent: there are few to walk over.

    A segment is told by its number. Only its first commit is named or has children elsewhere, only its last has
    parents elsewhere: `first` is the segment that its first parent begins, as many as there are where there is none,
    and `others` are those of the further parents of merges. `numbers` has the segments that begin with the commits
    asked for, by id.
    """

    segments: list[range]
    numbers: dict[str, int]
    first: list[int]
    others: dict[int, list[int]]

    @classmethod
    def of(cls, log: Log, named: Iterable[str]) -> Graph:
        """The graph of a log in which segments begin at the commits `named`, where the log has them."""
        parents = log.nonlinear_parents()
        wanted = set(named).union(*parents.values())
        places = {id: at for at, id in enumerate(log.ids) if id in wanted}
        starts = {0, *places.values(), *(at + 1 for at in parents)} - {len(log)}
        segments = [range(start, stop) for start, stop in pairwise([*sorted(starts), len(log)])]
        number_at = {segment.start: number for number, segment in enumerate(segments)}
        numbers = {id: number_at[at] for id, at in places.items()}
        return cls(segments, numbers, *_links(segments, parents, numbers))

    def parents(self, number: int) -> Iterator[int]:
        if self.first[number] < len(self.first):
            yield self.first[number]
        yield from self.others.get(number, ())

    def parents_first(self) -> Sequence[int]:
        """Every segment after its parents: the log backwards, unless a clock that git's order follows was wrong."""
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


def _links(
    segments: Sequence[range], parents: Mapping[int, Sequence[str]], numbers: Mapping[str, int]
) -> tuple[list[int], dict[int, list[int]]]:
    """`first` and `others`."""
    none = len(segments)
    first = list(range(1, none + 1))
    others: dict[int, list[int]] = {}
    for number, segment in enumerate(segments):
        ids = parents.get(segment.stop - 1)
        if ids is not None:
            first[number] = numbers.get(ids[0], none) if ids else none
            if len(ids) > 1:
                others[number] = [numbers[id] for id in ids[1:] if id in numbers]
    return first, others

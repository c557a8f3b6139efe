"""Graph of the parents in a long history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from operator import lt

from msgspec import Struct

from shipit.core.history.log import Log


class Graph(Struct, frozen=True):
    """A log divided into segments, each identified by its index; newest first.

    Within a segment, the only parent of each commit is the next commit of the log. Nearly all commits are like that, so
    there are few segments to walk over. Only the first commit of a segment can be tagged or have
    children in other segments, and only its last commit can have parents in other segments.

    Attributes:
        segments: the positions of the commits of each segment in the log.
        segment_of: the index of the segment that begins with a commit, by the id of that commit.
        first_parent: for each segment, the index of the segment of its first parent; `len(segments)` without one.
        other_parents: the segments of the further parents of merges, by the index of the segment that ends there.
    """

    segments: list[range]
    segment_of: dict[str, int]
    first_parent: list[int]
    other_parents: dict[int, list[int]]

    @classmethod
    def of(cls, log: Log, starts: Iterable[str]) -> Graph:
        """Return the graph of a log.

        Args:
            starts: ids of commits at which segments must begin; ids that are not in the log are ignored.
        """
        parents = log.nonlinear_parents()
        wanted = set(starts).union(*parents.values())
        positions = {id: position for position, id in enumerate(log.ids) if id in wanted}
        borders = {0, *positions.values(), *(position + 1 for position in parents)} - {len(log)}
        segments = [range(start, stop) for start, stop in pairwise([*sorted(borders), len(log)])]
        index_at = {segment.start: index for index, segment in enumerate(segments)}
        segment_of = {id: index_at[position] for id, position in positions.items()}
        return cls(segments, segment_of, *_links(segments, parents, segment_of))

    def parents(self, index: int) -> Iterator[int]:
        """Yield the indexes of the segments that contain the parents of a segment."""
        if self.first_parent[index] < len(self.first_parent):
            yield self.first_parent[index]
        yield from self.other_parents.get(index, ())

    def parents_before_children(self) -> Sequence[int]:
        """Return the indexes of all segments, each after those of its parents.

        It is the reverse order of the log, unless a wrong clock made git sort a parent above its child.
        """
        backwards = range(len(self.first_parent) - 1, -1, -1)
        sorted_first = all(map(lt, count(), self.first_parent))
        if sorted_first and all(index < parent for index in self.other_parents for parent in self.other_parents[index]):
            return backwards
        order: dict[int, None] = {}
        for newest in backwards:
            to_visit = [newest]
            while to_visit:
                missing = [parent for parent in self.parents(to_visit[-1]) if parent not in order]
                if missing:
                    to_visit.extend(missing)
                else:
                    order[to_visit.pop()] = None
        return list(order)


def _links(
    segments: Sequence[range], parents: Mapping[int, Sequence[str]], segment_of: Mapping[str, int]
) -> tuple[list[int], dict[int, list[int]]]:
    """Return `first_parent` and `other_parents` of the graph.

    Args:
        parents: the result of `Log.nonlinear_parents`.
    """
    none = len(segments)
    first_parent = list(range(1, none + 1))
    other_parents: dict[int, list[int]] = {}
    for index, segment in enumerate(segments):
        ids = parents.get(segment.stop - 1)
        if ids is not None:
            first_parent[index] = segment_of.get(ids[0], none) if ids else none
            if len(ids) > 1:
                other_parents[index] = [segment_of[id] for id in ids[1:] if id in segment_of]
    return first_parent, other_parents

"""Windows: each release with the highest release in its history, and the commits between the two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from shipit.core.history.attribution import ReleaseSet, contained_releases
from shipit.core.history.graph import Graph
from shipit.core.history.log import Log
from shipit.core.versions import Tag


class Window(Struct, frozen=True):
    """Two consecutive releases: `made`, and `before`, the highest release in its history.

    `segments` are the positions in the log of the commits in the history of `made` and not of `before`, newest first.
    """

    before: Tag
    made: Tag
    segments: tuple[range, ...]


def release_windows(log: Log, tags: Sequence[Tag]) -> list[Window]:
    """Return the window of each release that has another one in its history, the lowest version first.

    Takes time linear in the commits of the windows.

    Args:
        log: the histories of all `tags`, newest first.
        tags: the release tags, highest version first.
    """
    graph = Graph.of(log, (tag.commit for tag in tags))
    ascending = [tag for tag in reversed(tags) if tag.commit in graph.segment_of]
    starts = [graph.segment_of[tag.commit] for tag in ascending]
    containing = _containing_releases(graph, starts)
    windows = []
    for number, contained in enumerate(contained_releases(graph, starts)[:-1]):
        if contained:
            before = contained.bit_length() - 1
            segments = _between(graph, containing, starts[number], before)
            windows.append(Window(ascending[before], ascending[number], segments))
    return windows


def _containing_releases(graph: Graph, starts: Iterable[int]) -> list[ReleaseSet]:
    """Return, for each segment, the set of the releases that contain it.

    Args:
        starts: for each release number, the index of the segment that begins with its commit.
    """
    containing = [0] * len(graph.segments)
    for number, index in enumerate(starts):
        containing[index] |= 1 << number
    for index in reversed(graph.parents_before_children()):
        found = containing[index]
        for parent in graph.parents(index):  # on one line all share one value, which can have thousands of bits
            containing[parent] = containing[parent] | found if containing[parent] else found
    return containing


def _between(graph: Graph, containing: Sequence[ReleaseSet], start: int, before: int) -> tuple[range, ...]:
    """Return the segments that are reachable from the segment `start` and not in the release number `before`."""
    seen: set[int] = set()
    to_visit = [start]
    while to_visit:
        index = to_visit.pop()
        if index not in seen and not containing[index] >> before & 1:
            seen.add(index)
            to_visit += graph.parents(index)
    return tuple(graph.segments[index] for index in sorted(seen))

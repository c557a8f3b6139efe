"""Assignment of commits to releases.

The commits that count for the next version are those reachable from HEAD and not from the last release. The notes list
each change once: a commit that an earlier release already contains (from a hotfix branch that was released and merged
back) is not repeated; the notes only name that release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.core.commits import RawCommit
from shipit.core.history.graph import Graph
from shipit.core.history.log import Log
from shipit.core.versions import Tag


class Unreleased(Struct, frozen=True):
    """The commits since the last release, newest first.

    Attributes:
        in_merged_releases: ids of the commits that another release already contains, which was merged in.
        includes: names of the tags of those releases, sorted.
    """

    commits: tuple[RawCommit, ...]
    in_merged_releases: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()


def unreleased(commits: Sequence[RawCommit], tags: Iterable[Tag]) -> Unreleased:
    """Find the commits that are in no release yet, and those that came with a merged release.

    Args:
        commits: reachable from the commit to release and not from the last release, newest first.
        tags: the tags of all other releases; those on one of `commits` were merged in.
    """
    parents = {commit.id: " ".join(commit.parents) for commit in commits}
    merged = [tag for tag in tags if tag.commit in parents]
    in_merged_releases = ancestors_within((tag.commit for tag in merged), parents)
    return Unreleased(tuple(commits), in_merged_releases, tuple(sorted(tag.name for tag in merged)))


def ancestors_within(starts: Iterable[str], parents: Mapping[str, str]) -> frozenset[str]:
    """Return the commits of `starts` and all their ancestors, as far as they are keys of `parents`.

    Args:
        parents: for each commit id, the ids of its parents with spaces between them.
    """
    seen: set[str] = set()
    to_visit = list(starts)
    while to_visit:
        id = to_visit.pop()
        if id in parents and id not in seen:
            seen.add(id)
            to_visit += parents[id].split()
    return frozenset(seen)


class ReleaseSpan(Struct, frozen=True):
    """The commits of one release, as ranges of positions in the log.

    Attributes:
        tag: None for the commits that are not released yet.
        previous: the highest release that this one contains; None for the first one.
        includes: names of the tags of other releases that were merged in.
        segments: ranges of positions, newest first.
    """

    tag: Tag | None
    previous: Tag | None
    includes: tuple[str, ...]
    segments: tuple[range, ...]


def attribute(log: Log, tags: Sequence[Tag]) -> list[ReleaseSpan]:
    """Assign each commit to the earliest release that contains it; the highest version first. Takes linear time.

    A release is earlier than every release that contains its commit. Of two releases on separate branches that share a
    commit, the one with the lower version is earlier. If a lower version was released on top of a higher one, releases
    are compared by the highest version that they contain, then by the next one; with any other order, "lower version"
    and "contained in" could contradict each other.

    Args:
        log: the whole history of HEAD, newest first.
        tags: the release tags in it, highest version first.
    """
    graph = Graph.of(log, (tag.commit for tag in tags))
    ascending = [tag for tag in reversed(tags) if tag.commit in graph.segment_of]
    tagged_segments = [graph.segment_of[tag.commit] for tag in ascending]
    contained = contained_releases(graph, tagged_segments)
    groups: list[list[range]] = [[] for _ in contained]
    for segment, owner in zip(graph.segments, _owners(graph, tagged_segments, _earliest_first(contained)), strict=True):
        groups[owner].append(segment)
    return [_release_span(number, groups[number], contained, ascending) for number in reversed(range(len(contained)))]


# Releases are numbered, the lowest version first. The number after the last one is for the unreleased commits.
# A set of releases is an integer whose bit n is set for number n, so that its highest bit is its highest version.
ReleaseSet = int


def contained_releases(graph: Graph, tagged_segments: Sequence[int]) -> list[ReleaseSet]:
    """Return, for each release number, the set of releases that it contains, without itself.

    Of several releases on one commit, the higher version contains the lower ones.

    Args:
        tagged_segments: for each release number, the index of the segment that begins with its commit.
    """
    numbers_at: dict[int, list[int]] = {}
    for number, index in enumerate(tagged_segments):
        numbers_at.setdefault(index, []).append(number)
    contained = [0] * len(tagged_segments) + [(1 << len(tagged_segments)) - 1]
    reachable = [0] * (len(graph.first_parent) + 1)
    for index in graph.parents_before_children():
        found = reachable[graph.first_parent[index]]
        for parent in graph.other_parents.get(index, ()):
            if reachable[parent] is not found:  # on one line all share one value, which can have thousands of bits
                found |= reachable[parent]
        for number in numbers_at.get(index, ()):
            contained[number] = found
            found |= 1 << number
        reachable[index] = found
    return contained


def _earliest_first(contained: Sequence[ReleaseSet]) -> list[int]:
    """Return the release numbers sorted by the versions they contain, so that each is after all that it contains."""
    return sorted(range(len(contained) - 1), key=lambda number: contained[number] | 1 << number)


def _owners(graph: Graph, tagged_segments: Sequence[int], earliest: Sequence[int]) -> list[int]:
    """Return, for each segment, the number of the first release in `earliest` that contains it."""
    first_parent, other_parents, none = graph.first_parent, graph.other_parents, len(earliest)
    owners = [*(none for _ in first_parent), -1]  # the last one is for the parent of segments that have none
    for number in earliest:
        to_visit = [tagged_segments[number]]
        while to_visit:
            index = to_visit.pop()
            while owners[index] == none:
                owners[index] = number
                if index in other_parents:
                    to_visit += other_parents[index]
                index = first_parent[index]
    return owners[:-1]


def _release_span(
    number: int, segments: Sequence[range], contained: Sequence[ReleaseSet], ascending: Sequence[Tag]
) -> ReleaseSpan:
    """Return the span of one release.

    `previous` is the highest release that it contains; the other ones that `previous` does not contain were merged in.

    Args:
        number: the number of the release.
        ascending: the tag of each release number.
    """
    tag = ascending[number] if number < len(ascending) else None
    if not contained[number]:
        return ReleaseSpan(tag, None, (), tuple(segments))
    highest = contained[number].bit_length() - 1
    merged = contained[number] & ~contained[highest] & ~(1 << highest)
    names = sorted(ascending[other].name for other in _members(merged))
    return ReleaseSpan(tag, ascending[highest], tuple(names), tuple(segments))


def _members(releases: ReleaseSet) -> Iterator[int]:
    """Yield the numbers of a set of releases, highest first."""
    while releases:
        highest = releases.bit_length() - 1
        yield highest
        releases ^= 1 << highest

"""Which commits belong to which release.

Commits counted for the next version are those reachable from HEAD and not from the last release.
The notes list each change once: what an earlier release holds already (a hotfix branch tagged on its
own and merged back) is not repeated, only named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.core.commits import RawCommit
from shipit.core.history.graph import Graph
from shipit.core.history.log import Log
from shipit.core.versions import Tag


class Unreleased(Struct, frozen=True):
    """Commits since the last release, newest first.

    `in_merged_releases` are ids of those that a release merged in holds already; `includes` are that release's tags.
    """

    commits: tuple[RawCommit, ...]
    in_merged_releases: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()


def unreleased(commits: Sequence[RawCommit], tags: Iterable[Tag]) -> Unreleased:
    """Split what is new since the last release into what no release holds and what came by a merge.

    Args:
        commits: reachable from the release's commit and not from the previous release, newest first.
        tags: every other release tag; those on one of `commits` were merged in.
    """
    parents = {commit.id: " ".join(commit.parents) for commit in commits}
    merged = [tag for tag in tags if tag.commit in parents]
    in_merged_releases = ancestors_within((tag.commit for tag in merged), parents)
    return Unreleased(tuple(commits), in_merged_releases, tuple(sorted(tag.name for tag in merged)))


def ancestors_within(starts: Iterable[str], parents: Mapping[str, str]) -> frozenset[str]:
    """`starts` and their ancestors within `parents`, which are ids with blanks between them."""
    seen: set[str] = set()
    open_lines = list(starts)
    while open_lines:
        id = open_lines.pop()
        if id in parents and id not in seen:
            seen.add(id)
            open_lines += parents[id].split()
    return frozenset(seen)


class ReleaseSpan(Struct, frozen=True):
    """Where the commits of one release stand in the log, newest first; `tag` is None for what is not released yet."""

    tag: Tag | None
    previous: Tag | None
    includes: tuple[str, ...]
    segments: tuple[range, ...]


def attribute(log: Log, tags: Sequence[Tag]) -> list[ReleaseSpan]:
    """Give each commit to the earliest release that contains it; highest version first. Takes linear time.

    A release is earlier than those it is behind. Where releases on separate lines share a commit, the lower
    version is the earlier. Where versions fell along a line, the highest reached counts, then the next: whatever
    else let "lower" and "behind" contradict each other.

    Args:
        log: the whole history of HEAD, newest first.
        tags: the release tags on it, highest version first.
    """
    graph = Graph.of(log, (tag.commit for tag in tags))
    rising = [tag for tag in reversed(tags) if tag.commit in graph.numbers]
    places = [graph.numbers[tag.commit] for tag in rising]
    behind = _releases_behind(graph, places)
    groups: list[list[range]] = [[] for _ in behind]
    for segment, owner in zip(graph.segments, _owners(graph, places, _earliest_first(behind)), strict=True):
        groups[owner].append(segment)
    return [_release_span(number, groups[number], behind, rising) for number in reversed(range(len(behind)))]


# Releases by number, the lowest version first; the number after the last stands for what is not released yet.
# A set of them has bit n for number n, so that its highest bit is its highest version.
_Releases = int


def _releases_behind(graph: Graph, places: Sequence[int]) -> list[_Releases]:
    """For each number the releases behind it, of several on one commit the lower ones too.

    Args:
        places: the segment that begins with the commit of each release.
    """
    tagged: dict[int, list[int]] = {}
    for number, at in enumerate(places):
        tagged.setdefault(at, []).append(number)
    behind = [0] * len(places) + [(1 << len(places)) - 1]
    reached = [0] * (len(graph.first) + 1)
    for at in graph.parents_first():
        found = reached[graph.first[at]]
        for parent in graph.others.get(at, ()):
            if reached[parent] is not found:  # on one line all share one value, which may have thousands of bits
                found |= reached[parent]
        for number in tagged.get(at, ()):
            behind[number] = found
            found |= 1 << number
        reached[at] = found
    return behind


def _earliest_first(behind: Sequence[_Releases]) -> list[int]:
    """Numbers by the highest version reached, then by the next: each after all those behind it."""
    return sorted(range(len(behind) - 1), key=lambda number: behind[number] | 1 << number)


def _owners(graph: Graph, places: Sequence[int], earliest: Sequence[int]) -> list[int]:
    """For each segment the number of the first of `earliest` that contains it."""
    first, others, none = graph.first, graph.others, len(earliest)
    owners = [*(none for _ in first), -1]  # the last stands for the parent where there is none
    for number in earliest:
        open_lines = [places[number]]
        while open_lines:
            at = open_lines.pop()
            while owners[at] == none:
                owners[at] = number
                if at in others:
                    open_lines += others[at]
                at = first[at]
    return owners[:-1]


def _release_span(
    number: int, segments: Sequence[range], behind: Sequence[_Releases], rising: Sequence[Tag]
) -> ReleaseSpan:
    """`previous` is the highest release behind; what else is new behind this one came in by a merge."""
    tag = rising[number] if number < len(rising) else None
    if not behind[number]:
        return ReleaseSpan(tag, None, (), tuple(segments))
    highest = behind[number].bit_length() - 1
    merged = behind[number] & ~behind[highest] & ~(1 << highest)
    names = sorted(rising[other].name for other in _members(merged))
    return ReleaseSpan(tag, rising[highest], tuple(names), tuple(segments))


def _members(releases: _Releases) -> Iterator[int]:
    while releases:
        highest = releases.bit_length() - 1
        yield highest
        releases ^= 1 << highest

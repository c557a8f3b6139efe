"""Which commits belong to which release.

Commits counted for the next version are those reachable from HEAD and not from the last release.
The notes list each change once: what an earlier release holds already (a hotfix branch tagged on its
own and merged back) is not repeated, only named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shipit.core.log import RawCommit
from shipit.core.tag import Tag

_Parents = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unreleased:
    """Commits since the last release, newest first.

    `earlier` are ids of those that a release merged in holds already; `includes` are that release's tags.
    """

    commits: tuple[RawCommit, ...]
    earlier: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()


def unreleased(commits: Sequence[RawCommit], tags: Iterable[Tag]) -> Unreleased:
    """Split what is new since the last release into what no release holds and what came by a merge.

    Args:
        commits: reachable from the release's commit and not from the previous release, newest first.
        tags: every other release tag; those on one of `commits` were merged in.
    """
    parents = {commit.id: commit.parents for commit in commits}
    merged = [tag for tag in tags if tag.commit in parents]
    earlier = frozenset(_behind((tag.commit for tag in merged), parents))
    return Unreleased(tuple(commits), earlier, tuple(sorted(tag.name for tag in merged)))


def _behind(starts: Iterable[str], parents: _Parents) -> set[str]:
    """`starts` and their ancestors within `parents`."""
    seen: set[str] = set()
    open_lines = list(starts)
    while open_lines:
        id = open_lines.pop()
        if id in parents and id not in seen:
            seen.add(id)
            open_lines.extend(parents[id])
    return seen


@dataclass(frozen=True, slots=True)
class Span:
    """The commits of one release, newest first; `tag` is None for what is not released yet."""

    tag: Tag | None
    previous: Tag | None
    includes: tuple[str, ...]
    commits: tuple[RawCommit, ...]


def attribute(commits: Sequence[RawCommit], tags: Sequence[Tag]) -> list[Span]:
    """Give each commit to the earliest release that contains it; highest version first. Takes linear time.

    A release is earlier than those it is behind. Where releases on separate lines share a commit, the lower
    version is the earlier.

    Args:
        commits: the whole history of HEAD, newest first.
        tags: the release tags on it, highest version first.
    """
    parents = {commit.id: commit.parents for commit in commits}
    rising = [tag for tag in reversed(tags) if tag.commit in parents]
    order = _parents_first(commits, parents)
    behind = _releases_behind(order, parents, rising)
    owners = _owners(order, parents, rising, _earliest_first(order, rising, behind))
    groups: list[list[RawCommit]] = [[] for _ in behind]
    for commit in commits:
        groups[owners[commit.id]].append(commit)
    return [_span(number, groups[number], behind, rising) for number in reversed(range(len(behind)))]


def _parents_first(commits: Sequence[RawCommit], parents: _Parents) -> list[str]:
    """Every commit after its parents, whatever the clocks that git's order follows said."""
    order: dict[str, None] = {}
    for commit in reversed(commits):
        open_lines = [commit.id]
        while open_lines:
            missing = [id for id in parents[open_lines[-1]] if id in parents and id not in order]
            if missing:
                open_lines.extend(missing)
            else:
                order[open_lines.pop()] = None
    return list(order)


# Releases by number, the lowest version first; the number after the last stands for what is not released yet.
# A set of them has bit n for number n, so that its highest bit is its highest version.
_Releases = int


def _releases_behind(order: Sequence[str], parents: _Parents, rising: Sequence[Tag]) -> list[_Releases]:
    """For each number the releases behind it, of several on one commit the lower ones too."""
    tagged = _tagged(rising)
    behind = [0] * len(rising) + [(1 << len(rising)) - 1]
    reached: dict[str, _Releases] = {}
    for id in order:
        found = _union(reached[parent] for parent in parents[id] if parent in reached)
        for number in tagged.get(id, ()):
            behind[number] = found
            found |= 1 << number
        reached[id] = found
    return behind


def _tagged(rising: Sequence[Tag]) -> dict[str, list[int]]:
    """Commit to the numbers of the releases on it."""
    tagged: dict[str, list[int]] = {}
    for number, tag in enumerate(rising):
        tagged.setdefault(tag.commit, []).append(number)
    return tagged


def _union(sets: Iterator[_Releases]) -> _Releases:
    """All of `sets` together; commits on one line share one value, for there may be as many bits as releases."""
    union = next(sets, 0)
    for other in sets:
        if other is not union:
            union |= other
    return union


def _earliest_first(order: Sequence[str], rising: Sequence[Tag], behind: Sequence[_Releases]) -> list[int]:
    """Numbers by the highest version reached so far: each after those behind it, even where versions fell."""
    place = {id: at for at, id in enumerate(order)}
    return sorted(
        range(len(rising)),
        key=lambda number: (max(behind[number].bit_length(), number + 1), place[rising[number].commit]),
    )


def _owners(order: Sequence[str], parents: _Parents, rising: Sequence[Tag], earliest: Sequence[int]) -> dict[str, int]:
    """For each commit the number of the first of `earliest` that contains it, passed from children to parents."""
    ranks = {rising[number].commit: rank for rank, number in reversed(list(enumerate(earliest)))}
    for id in reversed(order):
        rank = ranks.setdefault(id, len(earliest))
        for parent in parents[id]:
            ranks[parent] = min(rank, ranks.get(parent, rank))
    numbers = (*earliest, len(earliest))
    return {id: numbers[rank] for id, rank in ranks.items()}


def _span(number: int, commits: Sequence[RawCommit], behind: Sequence[_Releases], rising: Sequence[Tag]) -> Span:
    """`previous` is the highest release behind; what else is new behind this one came in by a merge."""
    tag = rising[number] if number < len(rising) else None
    if not behind[number]:
        return Span(tag, None, (), tuple(commits))
    highest = behind[number].bit_length() - 1
    merged = behind[number] & ~behind[highest] & ~(1 << highest)
    names = sorted(rising[other].name for other in _members(merged))
    return Span(tag, rising[highest], tuple(names), tuple(commits))


def _members(releases: _Releases) -> Iterator[int]:
    while releases:
        highest = releases.bit_length() - 1
        yield highest
        releases ^= 1 << highest

"""Which commits belong to which release.

Commits counted for the next version are those reachable from HEAD and not from the last release.
The notes list each change once: what an earlier release holds already (a hotfix branch tagged on its
own and merged back) is not repeated, only named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from shipit.core.log import RawCommit
from shipit.core.tag import Tag


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
    earlier = frozenset(_behind([tag.commit for tag in merged], parents))
    return Unreleased(tuple(commits), earlier, tuple(sorted(tag.name for tag in merged)))


def _behind(
    starts: Iterable[str],
    parents: Mapping[str, Sequence[str]],
    stop: Set[str] = frozenset(),
    met: set[str] | None = None,
) -> set[str]:
    """`starts` and their ancestors within `parents`, not going past `stop`; the stops found go to `met`."""
    seen: set[str] = set()
    open_lines = list(starts)
    while open_lines:
        id = open_lines.pop()
        if id in stop:
            if met is not None:
                met.add(id)
        elif id in parents and id not in seen:
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
    """Give each commit to the earliest release that contains it; newest release first.

    Args:
        commits: the whole history of HEAD, newest first.
        tags: the release tags on it, highest version first.
    """
    parents = {commit.id: commit.parents for commit in commits}
    tags = [tag for tag in tags if tag.commit in parents]
    owner, met = _owners(commits[0].id if commits else "", tags, parents)
    groups: dict[Tag | None, list[RawCommit]] = {tag: [] for tag in (None, *tags)}
    for commit in commits:
        groups[owner[commit.id]].append(commit)
    previous = _previous(met)
    return [Span(tag, previous[tag], _includes(tag, previous[tag], met), tuple(group)) for tag, group in groups.items()]


# For each release (None: what is not released yet), the releases met first on the way back.
_Met = dict[Tag | None, set[Tag]]


def _owners(head: str, tags: Sequence[Tag], parents: Mapping[str, Sequence[str]]) -> tuple[dict[str, Tag | None], _Met]:
    """Owner of each commit: the lowest release that reaches it without passing another one."""
    tagged = {tag.commit: tag for tag in tags}
    owner: dict[str, Tag | None] = {}
    met: _Met = {}
    for tag in (*reversed(tags), None):
        stops: set[str] = set()
        if tag is not None:
            owner.setdefault(tag.commit, tag)
        starts = [head] if tag is None else parents[tag.commit]
        for id in _behind(starts, parents, tagged.keys(), stops):
            owner.setdefault(id, tag)
        met[tag] = {tagged[id] for id in stops}
    return owner, met


def _previous(met: _Met) -> dict[Tag | None, Tag | None]:
    """The highest release behind each release."""
    previous: dict[Tag | None, Tag | None] = {}
    for tag, first in met.items():
        behind = {*first, *(previous.get(other) for other in first)} - {None}
        previous[tag] = max((other for other in behind if other), key=lambda other: other.version, default=None)
    return previous


def _includes(tag: Tag | None, previous: Tag | None, met: _Met) -> tuple[str, ...]:
    """Releases that came in by a merge: behind this one and not behind the previous one."""
    if previous is None or met[tag] == {previous}:
        return ()
    new = _releases_behind(met[tag], met) - _releases_behind({previous}, met)
    return tuple(sorted(other.name for other in new))


def _releases_behind(starts: Iterable[Tag], met: _Met) -> set[Tag]:
    seen: set[Tag] = set()
    open_lines = list(starts)
    while open_lines:
        tag = open_lines.pop()
        if tag not in seen:
            seen.add(tag)
            open_lines.extend(met[tag])
    return seen

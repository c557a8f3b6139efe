"""The last release behind a commit, and what came since."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import closing

from shipit.core.commits import RawCommit
from shipit.core.history import Columns, ancestors_within, columns, records
from shipit.core.versions import Tag
from shipit.world import Git

# After how many commits it is first looked whether history needs to be read any further, then at twice as many each
# time; and after how many it is not read any further, for in a history so long git is the quicker.
_FIRST_LOOK = 1_000
_LAST_LOOK = 32_000


def last_release(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Tag | None, list[RawCommit]]:
    """The highest version behind `base`, and what is behind `base` and not behind that, newest first.

    Args:
        tags: highest version first.
    """
    if not tags:
        return None, commits_since(git, base, None)
    if git.is_ancestor(tags[0].commit, base):
        return tags[0], commits_since(git, base, tags[0])
    return _lower_release(git, base, tags[1:])


def highest_behind(git: Git, base: str, tags: Sequence[Tag]) -> Tag | None:
    """The same without the commits, where few tags are elsewhere. It is nearly always the first.

    Args:
        tags: highest version first.
    """
    if not tags or git.is_ancestor(tags[0].commit, base):
        return next(iter(tags), None)
    return _asked_for(git, base, tags[1:])


def commits_since(git: Git, base: str, tag: Tag | None) -> list[RawCommit]:
    """What is behind `base` and not behind `tag`, newest first."""
    return list(records(git.log([base], [tag.commit] if tag else [])))


def _asked_for(git: Git, base: str, tags: Sequence[Tag]) -> Tag | None:
    return _highest(tags, git.reachable(base, [tag.commit for tag in tags]))


def _lower_release(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Tag | None, list[RawCommit]]:
    """The same where the highest version of all is elsewhere.

    To ask git which of all tags are behind `base` takes twice the time in which it tells all of history, for it has to
    go through the other branches too. So `base` is read first; where that soon leads to a release, only the tags above
    it are in question.
    """
    log, whole = _read(git, base, tags)
    nearest = _highest(tags, set(log.ids))
    if whole:
        return nearest, list(log.without(_released(log, nearest) if nearest else ()).commits())
    above = tags[: tags.index(nearest)] if nearest else tags
    last = _asked_for(git, base, above) or nearest
    return last, commits_since(git, base, last)


def _read(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Columns, bool]:
    """What is behind `base`, and whether it is all: not where all lines lead to one release, nor where it gets long."""
    log, look = Columns.empty(), _FIRST_LOOK
    with closing(git.log([base])) as told:
        for part in columns(told):
            log.add(part)
            if len(log.ids) >= look:
                if look >= _LAST_LOOK or _leads_to_release(log, tags):
                    return log, False
                look *= 2
    return log, True


def _leads_to_release(log: Columns, tags: Sequence[Tag]) -> bool:
    """Whether all that a log leads to is behind the highest release in it."""
    ids = set(log.ids)
    nearest = _highest(tags, ids)
    if nearest is None:
        return False
    released = _released(log, nearest)
    newer = (parents for id, parents in zip(log.ids, log.parents, strict=True) if id not in released)
    return ids.issuperset(" ".join(newer).split())


def _released(log: Columns, last: Tag) -> frozenset[str]:
    """Those of a log that are behind a release in it, and its own commit."""
    return ancestors_within([last.commit], dict(zip(log.ids, log.parents, strict=True)))


def _highest(tags: Sequence[Tag], commits: Set[str]) -> Tag | None:
    return next((tag for tag in tags if tag.commit in commits), None)

"""The last release in the history of a commit, and the commits since then."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import closing
from itertools import islice

from shipit.core.commits import RawCommit
from shipit.core.history import Columns, ancestors_within, columns, records
from shipit.core.versions import Tag
from shipit.world import Git

# Numbers of commits. After `_FIRST_CHECK`, and then each time when twice as many are read, the log is checked: reading
# stops when the last release is found. It stops after `_LAST_CHECK` in any case: from there on, asking git is faster.
_FIRST_CHECK = 1_000
_LAST_CHECK = 32_000
# The number of commits after which git is asked whether the highest release is in the history.
_ASK_AFTER = 250


def last_release(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Tag | None, list[RawCommit]]:
    """Return the highest version in the history of `base`, and the commits since that tag, newest first.

    Args:
        git: the repository.
        base: a commit id.
        tags: the tags of releases, highest version first.
    """
    if not tags:
        return None, commits_since(git, base, None)
    since = _commits_since_ancestor(git, base, tags[0])
    return _lower_release(git, base, tags[1:]) if since is None else (tags[0], since)


def highest_in_history(git: Git, base: str, tags: Sequence[Tag]) -> Tag | None:
    """Return the highest version in the history of `base`. The first tag is asked for alone: usually it is the result.

    Args:
        git: the repository.
        base: a commit id.
        tags: the tags of releases, highest version first.
    """
    if not tags or git.is_ancestor(tags[0].commit, base):
        return next(iter(tags), None)
    return _highest_reachable(git, base, tags[1:])


def commits_since(git: Git, base: str, tag: Tag | None) -> list[RawCommit]:
    """Return the commits that are reachable from `base` and not from `tag`, newest first."""
    return list(records(git.log([base], [tag.commit] if tag else [])))


def _commits_since_ancestor(git: Git, base: str, tag: Tag) -> list[RawCommit] | None:
    """Return the same as `commits_since`; None when `tag` is not in the history of `base`.

    A tag in the history is a parent of one of these commits, or it is at `base`. So few commits show it without another
    call of git, which takes as long as reading them.
    """
    with closing(git.log([base], [tag.commit])) as stream:
        commits = records(stream)
        newest = list(islice(commits, _ASK_AFTER))
        seen = tag.commit == base or any(tag.commit in commit.parents for commit in newest)
        if seen or (len(newest) == _ASK_AFTER and git.is_ancestor(tag.commit, base)):
            return [*newest, *commits]
    return None


def _highest_reachable(git: Git, base: str, tags: Sequence[Tag]) -> Tag | None:
    return _highest(tags, git.reachable(base, [tag.commit for tag in tags]))


def _lower_release(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Tag | None, list[RawCommit]]:
    """Return the same as `last_release` when the highest version of all is not in the history of `base`.

    Asking git which of all tags are reachable from `base` takes twice as long as reading the whole history, because
    git has to walk the other branches too. So the history of `base` is read first: when it soon reaches a release,
    git is asked only about the tags with a higher version than that.
    """
    log, complete = _read_log(git, base, tags)
    nearest = _highest(tags, set(log.ids))
    if complete:
        return nearest, list(log.without(_released(log, nearest) if nearest else ()).commits())
    above = tags[: tags.index(nearest)] if nearest else tags
    last = _highest_reachable(git, base, above) or nearest
    return last, commits_since(git, base, last)


def _read_log(git: Git, base: str, tags: Sequence[Tag]) -> tuple[Columns, bool]:
    """Return the log of `base`, and True when it is complete.

    Reading stops early when the rest of the history is behind one release, or when the log gets too long.
    """
    log, next_check = Columns.empty(), _FIRST_CHECK
    with closing(git.log([base])) as stream:
        for part in columns(stream):
            log.add(part)
            if len(log.ids) >= next_check:
                if next_check >= _LAST_CHECK or _ends_at_release(log, tags):
                    return log, False
                next_check *= 2
    return log, True


def _ends_at_release(log: Columns, tags: Sequence[Tag]) -> bool:
    """Return whether every commit that is not in `log` is in the history of the highest release in it."""
    ids = set(log.ids)
    nearest = _highest(tags, ids)
    if nearest is None:
        return False
    released = _released(log, nearest)
    newer = (parents for id, parents in zip(log.ids, log.parents, strict=True) if id not in released)
    return ids.issuperset(" ".join(newer).split())


def _released(log: Columns, last: Tag) -> frozenset[str]:
    """Return the ids of the commits in `log` that are reachable from the release `last`, its own commit included."""
    return ancestors_within([last.commit], dict(zip(log.ids, log.parents, strict=True)))


def _highest(tags: Sequence[Tag], commits: Set[str]) -> Tag | None:
    return next((tag for tag in tags if tag.commit in commits), None)

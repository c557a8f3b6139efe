"""The warning about releases with calendar versions, such as 25.1.0 and 26.1.0: shipit raises versions by SemVer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from shipit.core.versions import Tag, version_tags
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.world import Git

# The first numbers that can be a year of two digits; 2015 is earlier than any repository on GitHub that began with it.
_SHORT_YEARS = range(10, 100)
_YEARS = range(2000, 2100)


def calendar_findings(git: Git, tags: Mapping[str, str], histories: Sequence[History]) -> Iterator[Finding]:
    """Yield a warning for each package if the first number of the last releases is the year in which they were made.

    A year of two digits needs a second release in another year, because 26.0.0 can also be an ordinary version.

    Args:
        git: the repository.
        tags: the commit id of each tag, by name.
        histories: the history of each package.
    """
    for history in histories:
        if history.stable and _may_be_year(history.stable.version.major):
            yield from _findings(git, tags, history, history.stable)


def _findings(git: Git, tags: Mapping[str, str], history: History, last: Tag) -> Iterator[Finding]:
    first_of_year = _first_of_each_number(tags, history)[:2]
    needed = 1 if last.version.major in _YEARS else 2
    if len(first_of_year) >= needed and all(_is_of_its_year(git, tag) for tag in first_of_year[:needed]):
        name = f"--package {history.package.name} " if history.package.name else ""
        what = f"the releases have calendar versions, such as `{last.name}`, but shipit raises versions by SemVer"
        footer = f"Release-As: {history.package.release_name('X.Y.Z')}"
        fix = f"request each version: shipit release {name}--version X.Y.Z, or a commit with the footer `{footer}`"
        yield Finding("calendar-version", what, fix, "warning")


def _may_be_year(number: int) -> bool:
    return number in _SHORT_YEARS or number in _YEARS


def _first_of_each_number(tags: Mapping[str, str], history: History) -> list[Tag]:
    """Return the lowest release with each first number, the highest number first."""
    first: dict[int, Tag] = {}
    for tag in version_tags(tags, history.package.format):
        first[tag.version.major] = tag
    return [first[number] for number in sorted(first, reverse=True)]


def _is_of_its_year(git: Git, tag: Tag) -> bool:
    commit = git.commit(tag.commit)
    year = dt.datetime.fromtimestamp(commit.timestamp, dt.UTC).year if commit else 0
    return tag.version.major in (year, year % 100)

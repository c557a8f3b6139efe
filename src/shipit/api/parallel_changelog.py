"""The sections of a changelog, read and written by two processes when history is long.

Nothing else depends on how it is done: `changelog_sections` gives the same text as one process would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from shipit.adapters.processes.background import BackgroundValue, can_fork, fork_values, work_in_two_processes
from shipit.plan.version.split_history import releases_after, releases_up_to, split_point

if TYPE_CHECKING:
    from shipit.core.notes import Renderer
    from shipit.core.versions import Tag
    from shipit.plan.version.past_releases import LazyRelease, PastReleases

_Read = TypeVar("_Read")
_Writer = Callable[[Sequence["LazyRelease"]], Iterator[str]]


def changelog_sections(past: PastReleases, make_renderer: Callable[[], Renderer]) -> Iterator[str]:
    """Yield the section of each release, newest first.

    A copy of this process reads and writes the older half of a history that can be split.

    Args:
        make_renderer: loads what renders a section.
    """
    middle = split_point(past) if can_fork() else None
    copy = fork_values(partial(_older_sections, past, middle, make_renderer)) if middle else None
    if not middle or not copy:
        write, releases = _read_and_load(past.whole, make_renderer)
        yield from work_in_two_processes(write, releases)
        return
    with copy:
        write, (releases, is_split) = _read_and_load(partial(releases_after, past, middle), make_renderer)
        first = copy.next_value() if is_split else None
        if first is not None:
            yield from write(releases)
            rest = copy.next_value()
            yield from write(releases_up_to(past, middle) or ()) if rest is None else chain(first, rest)
            return
    yield from work_in_two_processes(write, past.whole() if is_split else releases)


def _older_sections(past: PastReleases, middle: Tag, make_renderer: Callable[[], Renderer]) -> Iterator[list[str]]:
    """Yield the first section up to `middle` as soon as it is known that history splits there, then all others."""
    write, releases = _read_and_load(partial(releases_up_to, past, middle), make_renderer)
    if releases is not None:
        sections = write(releases)
        yield list(islice(sections, 1))
        yield list(sections)


def _read_and_load(read: Callable[[], _Read], make_renderer: Callable[[], Renderer]) -> tuple[_Writer, _Read]:
    """Return a writer of sections and the result of `read`; the renderer is loaded while `read` waits for git.

    Loading takes as long as git takes for 10,000 commits.
    """
    from shipit.core.notes import render_sections

    loading = BackgroundValue(make_renderer)
    found, renderer = read(), loading.value()
    return lambda releases: render_sections((each() for each in releases), renderer), found

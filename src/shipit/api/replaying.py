"""The function that replays past releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipit.adapters.project import Project
from shipit.errors import UsageError

if TYPE_CHECKING:
    from shipit.plan.replay import Replay


def replay(project: Project, last: int | None = None) -> Replay:
    """Return each past stable release with the version that shipit would have released in its place.

    Only the release before it is known to the decision, and its version files are not read. Nothing is changed, and
    no network is used unless the clone is shallow.

    >>> import shipit.api
    >>> replayed = shipit.api.replay(shipit.open_project("chat-server"))
    >>> len(replayed.releases)
    0

    Args:
        project: the repository, from `open_project`.
        last: replay only so many releases of each package, the highest versions; None for all.

    Raises `PreflightError` when the history is incomplete or no tag has the configured format, and `UsageError` when
    `last` is not positive.
    """
    from shipit.plan.replay import Replay, effects, observe_windows, replay_releases

    if last is not None and last < 1:
        raise UsageError(f"`{last}` is not a number of releases", hint="write 1 or more", argument="last")
    windows, prereleases = observe_windows(project.git, project.config, last)
    releases = replay_releases(windows, project.config)
    return Replay(releases, effects(windows, releases, project.config), prereleases)

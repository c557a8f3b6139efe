"""Bring the clone to the commit that a release is made on, without what a killed run left in it."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import ReleaseConfig
from shipit.plan.release.observe import Observed
from shipit.steps import SyncBranch
from shipit.steps.release_commit import ReleaseCommit


def sync_steps(observed: Observed, commit: ReleaseCommit | None = None) -> Iterator[SyncBranch]:
    """The step that does it, where it is needed.

    Args:
        commit: what is made there.
    """
    clone = observed.clone
    if clone.head != clone.base or clone.abandoned:
        yield SyncBranch(clone.base, clone.head, observed.leftover, commit, dict(clone.abandoned))


def tidying_steps(config: ReleaseConfig, observed: Observed) -> Iterator[SyncBranch]:
    """The same where there is nothing to release, for the sake of what a killed run left alone.

    Files that were written for a build, where nothing is written back, are left to it.
    """
    clone = observed.clone
    files = observed.leftover if config.write_back.commits else ()
    if clone.left_commit or clone.abandoned or files:
        yield from sync_steps(observed)

"""The step that moves the clone to the commit to release, and removes the leftovers of an interrupted run."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import ReleaseConfig
from shipit.plan.release.observe import Observed
from shipit.steps.repository import ReleaseCommit, SyncBranch


def sync_steps(observed: Observed, commit: ReleaseCommit | None = None) -> Iterator[SyncBranch]:
    """Yield that step, or nothing when the clone is at the commit to release and there are no leftover tags.

    Args:
        observed: the facts, from `observe_release`.
        commit: the release commit to make after it; None when no commit is made.
    """
    clone = observed.clone
    if clone.head != clone.base or clone.leftover_tags:
        yield SyncBranch(clone.base, clone.head, observed.leftover_files, commit, dict(clone.leftover_tags))


def clean_up_steps(config: ReleaseConfig, observed: Observed) -> Iterator[SyncBranch]:
    """Yield that step when there is nothing to release, but an interrupted run left commits, tags or files.

    With `write-back = "none"`, changed files are no reason for it: the release wrote them for a build, which may still
    need them.
    """
    clone = observed.clone
    files = observed.leftover_files if config.write_back.commits else ()
    if clone.head_is_leftover or clone.leftover_tags or files:
        yield from sync_steps(observed)

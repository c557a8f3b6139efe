"""The commit after a release: the version that is worked on next."""

from __future__ import annotations

from collections.abc import Mapping

from shipit.config.model import Config
from shipit.core.commits.release_message import SNAPSHOT_SUBJECT
from shipit.core.versions import Version
from shipit.plan.release.observe import Observed
from shipit.plan.release.steps.file_changes import FileChanges, snapshot_changes
from shipit.steps.release_commit import ReleaseCommit

Snapshot = tuple[ReleaseCommit, FileChanges]


def plan_snapshot(
    config: Config,
    observed: Observed,
    versions: Mapping[str, Version],
    commit: ReleaseCommit,
    released: FileChanges | None = None,
) -> Snapshot | None:
    """The commit and what it writes; None where none is wanted, or no file holds a version.

    Args:
        versions: what is released, by package.
        commit: the release commit, which it follows.
        released: what the release writes, where that is still to be done.
    """
    if not (config.release.snapshot and config.release.write_back.commits):
        return None
    following = {name: f"{_next_stable(version)}-SNAPSHOT" for name, version in versions.items()}
    what = ", ".join(f"{name} {version}".lstrip() for name, version in following.items())
    subject = SNAPSHOT_SUBJECT.format(what=what) + (" [skip ci]" if config.release.skip_ci else "")
    changes = snapshot_changes(observed, following, released or FileChanges(()))
    follows = ReleaseCommit(commit.parent, subject, commit.tag, commit.branch, after=commit)
    return (follows, changes) if changes.files else None


def _next_stable(version: Version) -> Version:
    """The version under work after `version`: a pre-release is still on the way to its own."""
    return version.finalize_version() if version.prerelease else version.bump_patch()

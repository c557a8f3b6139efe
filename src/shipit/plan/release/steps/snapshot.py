"""The commit after a release, which writes the next `-SNAPSHOT` version into the version files."""

from __future__ import annotations

from collections.abc import Mapping

from shipit.config.model import Config
from shipit.core.commits.text.release_message import SNAPSHOT_SUBJECT
from shipit.core.versions import Version
from shipit.plan.release.observe import Observed
from shipit.plan.release.steps.file_changes import FileChanges, snapshot_changes
from shipit.steps.repository import ReleaseCommit

Snapshot = tuple[ReleaseCommit, FileChanges]


def plan_snapshot(
    config: Config,
    observed: Observed,
    versions: Mapping[str, Version],
    commit: ReleaseCommit,
    released: FileChanges | None = None,
) -> Snapshot | None:
    """Return the commit after the release with its file changes; None when it is not configured or changes no file.

    Args:
        config: the configuration.
        observed: the facts, from `observe_release`.
        versions: the version that is released, by the name of the package.
        commit: the release commit, which is its parent.
        released: the file changes of the release; None when they are committed already.
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
    """Return the stable version to work on after `version`: 1.4.1 after 1.4.0, and 2.0.0 after 2.0.0-beta.1."""
    return version.finalize_version() if version.prerelease else version.bump_patch()

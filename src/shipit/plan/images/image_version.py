"""The version of an image: that of a release, or that of a build such as `1.4.0-dev.3+0a1b2c3`."""

from __future__ import annotations

from shipit.config.environment import RELEASE_ENVIRONMENTS, EnvironmentConfig
from shipit.core.versions import Version, build_version
from shipit.finding import Finding
from shipit.plan.version import NextRelease


def of_release(name: str, environment: EnvironmentConfig) -> bool:
    """Return whether the images of environment `name` have the version of a release, and not that of a build."""
    return (environment.version or ("release" if name in RELEASE_ENVIRONMENTS else "build")) == "release"


def image_version(next_release: NextRelease, revision: str, initial: str, *, released: bool) -> tuple[Version, str]:
    """Return the version of an image built from the commit `revision`, and the reason for it as a text.

    Args:
        next_release: the decision about the next version at that commit.
        revision: the id of the commit.
        initial: the version to assume as the next one when there is no release and no commit that counts.
        released: True to use the version of the last release; when there is none, the version is that of a build.
    """
    history = next_release.history
    if released and history.last:
        return history.last.version, f"release {history.last.name}{_later(next_release)}"
    commits = len(history.since.commits)
    next_version = _assumed_next(next_release, initial)
    after = f" after {history.stable.name}" if history.stable else ", and there is no release yet"
    count = "1 commit" if commits == 1 else f"{commits} commits"
    return build_version(next_version, commits, revision), f"{count}{after}; next version {next_version}"


def _later(next_release: NextRelease) -> str:
    """Return the addition to the reason if there are commits after the release; merges do not count."""
    count = sum(len(commit.parents) < 2 for commit in next_release.history.unreleased)
    if count == 0:
        return ""
    return f", and {count} later {'commit that is' if count == 1 else 'commits that are'} in no release"


def _assumed_next(next_release: NextRelease, initial: str) -> Version:
    """Return the next version; without one, the next patch version, so that a build is above the last release."""
    if next_release.version:
        return Version.parse(next_release.version)
    return next_release.history.last.version.bump_patch() if next_release.history.last else Version.parse(initial)


def unreleased_findings(
    next_release: NextRelease, environment: str, branch: str, release_branch: str
) -> tuple[Finding, ...]:
    """Return a finding when the history has no release, or commits after the last release that are not released.

    Args:
        next_release: the decision about the next version at the commit to build.
        environment: the name of the environment.
        branch: the branch of the environment.
        release_branch: the text for the release branch in the fix.
    """
    of = f" of `{next_release.decision.package}`" if next_release.decision.package else ""
    fix = (
        f"release on {release_branch}, then move `{branch}` to that release: `shipit promote-branch {branch}`; "
        f'or write `version = "build"` in `[environments.{environment}]`'
    )
    if next_release.history.last is None:
        return (Finding("unreleased", f"there is no release{of} in the history of this commit", fix),)
    if next_release.version is None:
        return ()
    first, count = next_release.decision.reasons[0], len(next_release.decision.reasons)
    more = f" and {count - 1} more" if count > 1 else ""
    what = f"this commit contains changes that are in no release{of} yet: `{first.subject}` ({first.commit[:7]}){more}"
    return (Finding("unreleased", what, fix),)

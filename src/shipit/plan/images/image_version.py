"""Which version an image carries."""

from __future__ import annotations

from shipit.config.environment import RELEASE_ENVIRONMENTS, EnvironmentConfig
from shipit.core.versions import Version, build_version
from shipit.finding import Finding
from shipit.plan.version import NextRelease


def of_release(name: str, environment: EnvironmentConfig) -> bool:
    """Whether the images of environment `name` are those of a release."""
    return (environment.version or ("release" if name in RELEASE_ENVIRONMENTS else "build")) == "release"


def image_version(next_release: NextRelease, revision: str, initial: str, *, released: bool) -> tuple[Version, str]:
    """The version of an image built from `revision`, and where it is from.

    Args:
        initial: the first version, where nothing calls for one yet.
        released: whether it is the release behind `revision`; where there is none, it is named as a build.
    """
    history = next_release.history
    if released and history.last:
        return history.last.version, f"release {history.last.name}"
    commits = len(history.since.commits)
    coming = _coming(next_release, initial)
    after = f" after {history.stable.name}" if history.stable else ", and there is no release yet"
    count = "1 commit" if commits == 1 else f"{commits} commits"
    return build_version(coming, commits, revision), f"{count}{after}; {coming} is coming"


def _coming(next_release: NextRelease, initial: str) -> Version:
    """The next version, or, where nothing calls for one, what could follow: a build is above the last release."""
    if next_release.version:
        return Version.parse(next_release.version)
    return next_release.history.last.version.bump_patch() if next_release.history.last else Version.parse(initial)


def unreleased(next_release: NextRelease, environment: str, releasing: str) -> tuple[Finding, ...]:
    """Why this commit is no release: there is none behind it, or it holds more than that.

    Args:
        releasing: what to call the branch that releases.
    """
    of = f" of `{next_release.decision.package}`" if next_release.decision.package else ""
    fix = (
        f"release on {releasing} and merge that into this branch (not squashed, or its tag is not behind it); "
        f'or write `version = "build"` in `[environments.{environment}]`'
    )
    if next_release.history.last is None:
        return (Finding("unreleased", f"there is no release{of} behind this commit", fix),)
    if next_release.version is None:
        return ()
    first, count = next_release.decision.reasons[0], len(next_release.decision.reasons)
    more = f" and {count - 1} more" if count > 1 else ""
    what = f"this commit holds what is in no release{of} yet: `{first.subject}` ({first.commit[:7]}){more}"
    return (Finding("unreleased", what, fix),)

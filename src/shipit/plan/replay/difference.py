"""The reason why shipit decides another version than the one that was released, and the setting that changes it."""

from __future__ import annotations

from collections.abc import Sequence

from shipit.config.model import BranchConfig, Config
from shipit.core.commits import Reading, Readings, read_commits
from shipit.core.versions import Bump, Version, bump_between, bumped_version
from shipit.errors import ShipitError
from shipit.plan.replay.model import ReplayedRelease
from shipit.plan.replay.observe import PastWindow
from shipit.plan.replay.setting import Setting, candidates, types_of
from shipit.plan.version import CommitReason, decide_version_only, rules_of

# A branch that makes stable releases of any version.
_STABLE = BranchConfig(name="")

_Reason = tuple[str, Sequence[Reading]]


def decided_version(window: PastWindow, config: Config) -> str | None:
    """Return the version that shipit decides in place of the release of `window`; None when it releases nothing.

    Version files are not read. Raises the errors of `decide_version`.
    """
    return decide_version_only(window.history, config, _STABLE, dependencies=window.dependencies).version


def difference(window: PastWindow, config: Config, decided: str | None) -> ReplayedRelease:
    """Return the release of `window`, whose version differs from the one that shipit decides, with the reason.

    Args:
        window: the release and its history.
        config: the configuration.
        decided: the version that shipit decides; None when it would release nothing.
    """
    readings = _readings(window, config)
    reason, chosen = _reason(window, readings, config, decided)
    commits = tuple(CommitReason(each.id, each.subject, each.reason) for each in chosen)
    setting = _setting(window, readings, config) if commits else None
    return ReplayedRelease(window.before.name, window.made.name, window.released, decided, reason, commits, setting)


def _readings(window: PastWindow, config: Config) -> Readings:
    """Return the readings of the commits in `window`, without the release commit that the tag is on."""
    history, made = window.history, window.made
    found = read_commits(history.unreleased, rules_of(config), history.package_to_read).all
    return Readings(tuple(each for each in found if each.id != made.commit or window.released not in each.subject))


def _reason(window: PastWindow, readings: Readings, config: Config, decided: str | None) -> _Reason:
    """Return the reason for the difference, and the readings of the commits that it comes from."""
    made, before = window.made.version, window.before.version
    if made < before:
        return f"{made} is lower than {before}, the highest release in its history", ()
    if not readings.all:
        changes = " changes the package" if window.history.others else ""
        return f"no commit between the two tags{changes}", ()
    needed = bump_between(before, made)
    following = bumped_version(before, needed, major_on_zero=True)
    if made != following:
        return f"{made} skips {following}, or the tag of {following} is missing", ()
    if requests := [each for each in readings.all if each.release_as]:
        return "a footer requests another version", requests
    return _bump_reason(window, readings, config, needed, decided)


def _bump_reason(window: PastWindow, readings: Readings, config: Config, needed: Bump, decided: str | None) -> _Reason:
    before, name = window.before.version, needed.name.lower()
    bump = bump_between(before, Version.parse(decided)) if decided else Bump.NONE

    def bump_of(reading: Reading) -> Bump:
        return config.release.effective_bump(reading.bump, before.major)

    if bump > needed:
        stronger = [each for each in readings.counted if bump_of(each) > needed]
        return f"the commits ask for a {bump.name.lower()} release, and a {name} release was made", stronger
    ask = f"ask only for a {bump.name.lower()} release" if bump else "do not ask for a release"
    typed = [each for each in readings.all if each.bump or types_of(each, config)]
    weaker = (*readings.unreadable, *sorted(typed, key=lambda reading: reading.bump, reverse=True))
    return f"the commits {ask}, and a {name} release was made", weaker


def _setting(window: PastWindow, readings: Readings, config: Config) -> Setting | None:
    """Return the first setting with which shipit decides the released version; None when there is no such setting."""
    needed = bump_between(window.before.version, window.made.version)
    return next((each for each in candidates(readings, needed, config) if agrees(window, each.applied(config))), None)


def agrees(window: PastWindow, config: Config) -> bool:
    """Return whether shipit decides the released version with `config`."""
    try:
        return decided_version(window, config) == window.released
    except ShipitError:
        return False

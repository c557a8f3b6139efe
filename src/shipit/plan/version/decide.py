"""Decide the next version of a package, purely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from shipit.config.model import BranchConfig, Config
from shipit.core.commits import (
    Entry,
    Reading,
    Readings,
    RequestedVersion,
    Rules,
    read_commits,
    requested_version,
)
from shipit.core.history import Release
from shipit.core.versions import (
    Bump,
    Version,
    VersionRange,
    bump_between,
    bumped_version,
    channel_of,
    effective_bump,
    first_version,
    is_version,
)
from shipit.errors import ConflictError, UsageError
from shipit.plan.version.decision import CommitReason, Decision, NextVersion
from shipit.plan.version.history import History


class NextRelease(Struct, frozen=True):
    """A decision with what the notes are made of."""

    decision: Decision
    history: History
    entries: tuple[Entry, ...]

    @property
    def version(self) -> str | None:
        """The next version; None when there is nothing to release."""
        return self.decision.version


def rules_of(config: Config) -> Rules:
    """The rules for reading commits that a configuration asks for."""
    return Rules.of(config.bump, config.commits.aliases)


def decide_version(
    history: History,
    config: Config,
    branch: BranchConfig,
    *,
    taken: Collection[str] = (),
    declared: str | None = None,
    wanted: str | None = None,
) -> NextRelease:
    """The next version of one package and why.

    Args:
        taken: every tag that exists anywhere.
        declared: the version that a version file names, used where there is no release yet.
        wanted: a version a person asked for.

    Raises `ConflictError` when the version exists already, leaves the branch's range or does not rise.
    """
    rules = rules_of(config)
    own, merged = read_commits(history.own, rules), read_commits(history.merged, rules)
    requested = _Requested(own.requested, merged.requested, requested_version(history.before, rules))
    version = _version(history, config, branch, requested, taken, declared, wanted)
    bump = _bump(history, config, version, requested)
    return NextRelease(_decision(history, version, bump, own, merged), history, own.entries)


def coming(
    history: History,
    config: Config,
    branch: BranchConfig,
    *,
    taken: Collection[str] = (),
    declared: str | None = None,
) -> NextVersion:
    """The version that `decide_version` decides on, by less reading: it does not tell why."""
    rules = rules_of(config)
    requested = _Requested(
        requested_version(history.own, rules),
        requested_version(history.merged, rules),
        requested_version(history.before, rules),
    )
    version = _version(history, config, branch, requested, taken, declared)
    return NextVersion(history.package.name, str(version) if version else None)


def _bump(history: History, config: Config, version: Version | None, requested: _Requested) -> Bump:
    """By how much the version rises: what the commits call for, or what a person asked for."""
    if version and history.stable and not version.prerelease:
        return bump_between(history.stable.version, version)
    major = history.stable.version.major if history.stable else 0
    return effective_bump(requested.new, major=major, major_on_zero=config.release.major_on_zero)


class _Requested(Struct, frozen=True):
    """What the commits of a history call for, by where they are."""

    own: RequestedVersion
    merged: RequestedVersion
    before: RequestedVersion

    @property
    def new(self) -> Bump:
        """The bump of what is new since the last release."""
        return max(self.own.bump, self.merged.bump)

    @property
    def total(self) -> Bump:
        """The bump since the last stable release."""
        return max(self.new, self.before.bump)


def _version(
    history: History,
    config: Config,
    branch: BranchConfig,
    requested: _Requested,
    taken: Collection[str],
    declared: str | None,
    wanted: str | None = None,
) -> Version | None:
    version = _called_for(history, config, branch, requested, declared, wanted)
    if version is not None:
        _require_free(version, history, branch, taken)
    return version


def _called_for(
    history: History,
    config: Config,
    branch: BranchConfig,
    requested: _Requested,
    declared: str | None,
    wanted: str | None,
) -> Version | None:
    if wanted:
        return _rising(_parsed(wanted), history)
    if requested.own.release_as:
        return _in_channel(_rising(_parsed(requested.own.release_as), history), history, branch)
    if requested.new is Bump.NONE:
        return None
    if history.stable is None:
        initial = _initial(declared, config.release.initial_version)
        return first_version(initial, branch.prerelease, history.channel_versions)
    return bumped_version(
        history.stable.version,
        requested.total,
        major_on_zero=config.release.major_on_zero,
        channel=branch.prerelease,
        channel_versions=history.channel_versions,
    )


def _initial(declared: str | None, otherwise: str) -> Version:
    """What a version file announces, released; a placeholder such as 0.0.0-development announces nothing."""
    named = Version.parse(declared).finalize_version() if declared else Version(0)
    return named if named > Version(0) else Version.parse(otherwise)


def _parsed(text: str) -> Version:
    if not is_version(text):
        raise UsageError(
            f"`{text}` is not a version", where="--version or a `Release-As:` footer", hint="write it as 1.4.0"
        )
    return Version.parse(text)


def _in_channel(version: Version, history: History, branch: BranchConfig) -> Version:
    """The version a commit asks for, as the branch releases it: a pre-release branch counts towards it.

    A pre-release of another channel would not be seen as a release here, and so be asked for again and again.
    """
    if version.prerelease is None:
        return first_version(version, branch.prerelease, history.channel_versions)
    if channel_of(version) != branch.prerelease:
        raise ConflictError(
            f"`{version}` is a pre-release, and `{branch.name}` does not release `{channel_of(version)}`",
            hint="ask for a version without a pre-release, or name the branch in `release.branches` with `prerelease`",
        )
    return version


def _rising(version: Version, history: History) -> Version:
    if history.last and version <= history.last.version:
        raise ConflictError(
            f"`{version}` is not greater than the last release `{history.last.version}`",
            hint="ask for a higher version; a `Release-As:` footer is put right by one in a newer commit",
        )
    return version


def _require_free(version: Version, history: History, branch: BranchConfig, taken: Collection[str]) -> None:
    limits = VersionRange.of_branch(branch.range or branch.name)
    if limits:
        limits.require(version)
    final = version.finalize_version()  # below which no pre-release may come any more
    tag = next((tag for tag in map(history.package.format.render, (version, final)) if tag in taken), None)
    if tag:
        stable = not limits and not branch.prerelease
        only = ", or give it a `prerelease` in `release.branches` if it makes pre-releases only" if stable else ""
        raise ConflictError(
            f"`{version}` is the next version, but tag `{tag}` exists already, outside this branch's history",
            hint=f"merge `{tag}` into this branch{only}, or ask for another version: shipit release --version X.Y.Z",
        )


def _decision(history: History, version: Version | None, bump: Bump, own: Readings, merged: Readings) -> Decision:
    held_down = bump < max(own.bump, merged.bump)  # 0.x does not become 1.0.0 by a commit
    zero = ", minor while major is 0" if held_down else ""
    elsewhere = f", in {', '.join(history.since.includes)}"
    return Decision(
        package=history.package.name,
        version=str(version) if version else None,
        previous=str(history.last.version) if history.last else None,
        bump=bump.name.lower(),
        tag=history.package.format.render(version) if version else None,
        reasons=(*_reasons(own, zero), *_reasons(merged, zero, elsewhere)),
        ignored=_remarks(own.ignored),
        unreadable=_remarks(own.unreadable),
        warnings=tuple(
            CommitReason(reading.id, reading.subject, warning) for reading in own.all for warning in reading.warnings
        ),
    )


def _remarks(readings: Iterable[Reading]) -> tuple[CommitReason, ...]:
    return tuple(CommitReason(reading.id, reading.subject, reading.reason) for reading in readings)


def _reasons(readings: Readings, zero: str, elsewhere: str = "") -> Iterator[CommitReason]:
    """What counted. `zero` follows the rules that 0.x holds down; `elsewhere` tells where else it is released."""
    for reading in readings.counted:
        held_down = zero if reading.bump is Bump.MAJOR else ""
        asked = f", Release-As: {reading.release_as}" if reading.release_as else ""
        asked = "" if asked.endswith(reading.reason) else asked
        yield CommitReason(reading.id, reading.subject, f"{reading.reason}{held_down}{asked}{elsewhere}")


def planned_release(next_release: NextRelease, date: dt.date) -> Release:
    """The release that a next_release requested for, made on `date`."""
    decision, history = next_release.decision, next_release.history
    return Release(
        version=decision.version or "",
        tag=decision.tag or "",
        date=date,
        entries=next_release.entries,
        previous_tag=history.last.name if history.last else None,
        includes=history.since.includes,
    )

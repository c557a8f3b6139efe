"""Decide the next version of a package, purely."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shipit.config.model import BranchConfig, Config
from shipit.core.bump import Bump
from shipit.core.reading import Reading, Readings, read_commits
from shipit.core.release import Entry
from shipit.core.rules import Rules
from shipit.core.version import Range, Version, first_version, next_version
from shipit.errors import ConflictError
from shipit.plan.history import History
from shipit.plan.model import Decision, Remark


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with what the notes are made of."""

    decision: Decision
    history: History
    entries: tuple[Entry, ...]


def rules_of(config: Config) -> Rules:
    """The rules for reading commits that a configuration asks for."""
    return Rules.of(config.bump, config.commits.aliases)


def decide(
    history: History,
    config: Config,
    branch: BranchConfig,
    *,
    taken: Collection[str] = (),
    announced: str | None = None,
    wanted: str | None = None,
) -> Verdict:
    """The next version of one package and why.

    Args:
        taken: every tag that exists anywhere.
        announced: the version that a version file names, used where there is no release yet.
        wanted: a version a person asked for.

    Raises `ConflictError` when the version exists already, leaves the branch's range or does not rise.
    """
    readings = read_commits(history.since.commits, rules_of(config))
    fresh = [reading for reading in readings.all if reading.id in history.new]
    bump = max((reading.bump for reading in fresh), default=Bump.NONE)
    version = _version(history, config, branch, readings, bump, announced, wanted)
    if version is not None:
        _require_free(version, history, branch, taken)
    decision = _decision(history, version, bump, fresh)
    listed = history.new - history.since.earlier
    return Verdict(decision, history, tuple(entry for entry in readings.entries if entry.id in listed))


def _version(
    history: History,
    config: Config,
    branch: BranchConfig,
    readings: Readings,
    bump: Bump,
    announced: str | None,
    wanted: str | None,
) -> Version | None:
    asked = wanted or _release_as(readings, history)
    if asked:
        return _rising(Version.parse(asked), history)
    if bump is Bump.NONE:
        return None
    if history.stable is None:
        initial = Version.parse(announced or config.release.initial_version)
        return first_version(initial, branch.prerelease, history.channel_versions)
    return next_version(
        history.stable.version,
        readings.bump,
        major_on_zero=config.release.major_on_zero,
        channel=branch.prerelease,
        channel_versions=history.channel_versions,
    )


def _release_as(readings: Readings, history: History) -> str | None:
    if readings.release_as is None or readings.release_as[1] not in history.new:
        return None
    return readings.release_as[0]


def _rising(version: Version, history: History) -> Version:
    if history.last and version <= history.last.version:
        raise ConflictError(
            f"`{version}` is not greater than the last release `{history.last.version}`",
            hint="ask for a higher version; a `Release-As:` footer is put right by one in a newer commit",
        )
    return version


def _require_free(version: Version, history: History, branch: BranchConfig, taken: Collection[str]) -> None:
    tag = history.package.format.render(version)
    if tag in taken:
        raise ConflictError(
            f"`{version}` is the next version, but tag `{tag}` exists already, outside this branch's history",
            hint=f"merge `{tag}` into this branch, or ask for another version: shipit release --version X.Y.Z",
        )
    limits = Range.of_branch(branch.range or branch.name)
    if limits:
        limits.require(version)


def _decision(history: History, version: Version | None, bump: Bump, fresh: list[Reading]) -> Decision:
    return Decision(
        package=history.package.name,
        version=str(version) if version else None,
        previous=str(history.last.version) if history.last else None,
        bump=bump.name.lower(),
        tag=history.package.format.render(version) if version else None,
        reasons=_remarks(fresh, "counted"),
        ignored=_remarks(fresh, "ignored"),
        unreadable=_remarks(fresh, "unreadable"),
        warnings=tuple(
            Remark(reading.id, reading.subject, warning) for reading in fresh for warning in reading.warnings
        ),
    )


def _remarks(readings: list[Reading], outcome: str) -> tuple[Remark, ...]:
    return tuple(
        Remark(reading.id, reading.subject, reading.reason) for reading in readings if reading.outcome == outcome
    )

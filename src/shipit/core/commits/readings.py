"""What became of each commit: counted, ignored or unreadable. None is dropped without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from shipit.core.commits.entry import Entry
from shipit.core.commits.message import Commit, subject
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.reverts import MatchTexts, cancelled, duplicates
from shipit.core.versions import Bump

Outcome = Literal["counted", "ignored", "unreadable"]


class Reading(Struct, frozen=True):
    """What became of one commit.

    "counted" are the commits that release something: `reason` is the rule then, `entries` is what stands in the
    notes, `release_as` the version that a `Release-As` footer asks for. Otherwise `reason` says why the commit
    does not count.
    """

    id: str
    subject: str
    author: str
    outcome: Outcome
    reason: str
    bump: Bump = Bump.NONE
    entries: tuple[Commit, ...] = ()
    warnings: tuple[str, ...] = ()
    release_as: str | None = None


class RequestedVersion(Struct, frozen=True):
    """What commits call for together: how far they raise the version, and the version they ask for by name."""

    bump: Bump = Bump.NONE
    release_as: str | None = None


class Readings(Struct, frozen=True):
    """What became of all commits since the last release, newest first."""

    all: tuple[Reading, ...]

    @property
    def counted(self) -> tuple[Reading, ...]:
        return self._with("counted")

    @property
    def ignored(self) -> tuple[Reading, ...]:
        return self._with("ignored")

    @property
    def unreadable(self) -> tuple[Reading, ...]:
        return self._with("unreadable")

    def _with(self, outcome: Outcome) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.all if reading.outcome == outcome)

    @property
    def bump(self) -> Bump:
        """How far the commits raise the version together."""
        return max((reading.bump for reading in self.all), default=Bump.NONE)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What stands in the notes."""
        return tuple(Entry(reading.id, reading.author, commit) for reading in self.all for commit in reading.entries)

    @property
    def requested(self) -> RequestedVersion:
        """What they call for together; the newest `Release-As` footer names the version."""
        return RequestedVersion(
            self.bump, next((reading.release_as for reading in self.all if reading.release_as), None)
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Each warning with the short id of its commit in front."""
        return tuple(f"{reading.id[:7]}: {warning}" for reading in self.all for warning in reading.warnings)


def ignored(commit: RawCommit, reason: str) -> Reading:
    return Reading(commit.id, subject(commit.message), commit.author, "ignored", reason)


def dropped(commits: MatchTexts) -> dict[int, str]:
    """Why commits, newest first, drop out because they cancel or repeat each other; by position."""
    reasons = cancelled(commits)
    return duplicates(commits, reasons) | reasons


def lasting(commits: Sequence[RawCommit]) -> list[RawCommit]:
    """Those of `commits`, newest first, that do not cancel or repeat each other."""
    if len(commits) < 2:
        return list(commits)
    reasons = dropped(MatchTexts.of(commits, [subject(commit.message) for commit in commits]))
    return [commit for at, commit in enumerate(commits) if at not in reasons]


def settled(commits: Sequence[RawCommit], readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings of `commits`, newest first, after those that cancel or repeat each other have dropped out."""
    if len(commits) < 2:
        return tuple(readings)
    reasons = dropped(MatchTexts.of(commits, [reading.subject for reading in readings]))
    if not reasons:
        return tuple(readings)
    pairs = enumerate(zip(commits, readings, strict=True))
    return tuple(ignored(commit, reasons[at]) if at in reasons else reading for at, (commit, reading) in pairs)

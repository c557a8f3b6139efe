"""Results of reading commits: each commit is counted, ignored or unreadable, always with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from shipit.core.commits.entry import Entry
from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.reverts import MatchTexts, cancelled, duplicates
from shipit.core.commits.text.message import Commit, subject
from shipit.core.versions import Bump

Outcome = Literal["counted", "ignored", "unreadable"]


class Reading(Struct, frozen=True):
    """The result of reading one commit.

    Attributes:
        outcome: "counted" for a commit that raises the version or requests one with a `Release-As` footer.
        reason: the rule by which a commit is counted, else the reason why it is not.
        entries: the changes that the commit adds to the release notes; several for a squash commit.
        warnings: texts to show to the user, without the id of the commit.
        release_as: the version that a `Release-As` footer requests, without a leading `v`; not yet validated.
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
    """The strongest bump of several commits, and the version of their newest `Release-As` footer, if there is one.

    `unreadable` is the number of commits that cannot be read if none of the others requests a version, else 0.
    """

    bump: Bump = Bump.NONE
    release_as: str | None = None
    unreadable: int = 0


class Readings(Struct, frozen=True):
    """The results of reading all commits since the last release, newest first."""

    all: tuple[Reading, ...]

    @property
    def counted(self) -> tuple[Reading, ...]:
        """The commits that raise the version or request one."""
        return self._with("counted")

    @property
    def ignored(self) -> tuple[Reading, ...]:
        """The commits that are understood but release nothing."""
        return self._with("ignored")

    @property
    def unreadable(self) -> tuple[Reading, ...]:
        """The commits whose messages do not follow the convention."""
        return self._with("unreadable")

    def _with(self, outcome: Outcome) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.all if reading.outcome == outcome)

    @property
    def bump(self) -> Bump:
        """The strongest bump of all commits."""
        return max((reading.bump for reading in self.all), default=Bump.NONE)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The changes for the release notes, newest first."""
        return tuple(Entry(reading.id, reading.author, commit) for reading in self.all for commit in reading.entries)

    @property
    def requested(self) -> RequestedVersion:
        """The strongest bump, and the version of the newest `Release-As` footer."""
        release_as = next((reading.release_as for reading in self.all if reading.release_as), None)
        return RequestedVersion(self.bump, release_as, 0 if self.bump or release_as else len(self.unreadable))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Each warning with the short id of its commit in front."""
        return tuple(f"{reading.id[:7]}: {warning}" for reading in self.all for warning in reading.warnings)


def ignored(commit: RawCommit, reason: str) -> Reading:
    """Return the reading of a commit that is ignored for `reason`."""
    return Reading(commit.id, subject(commit.message), commit.author, "ignored", reason)


def drop_reasons(commits: MatchTexts) -> dict[int, str]:
    """Return, by position, the reasons why commits are dropped: reverted ones with their reverts, and repeated ones.

    Args:
        commits: newest first.
    """
    reasons = cancelled(commits)
    return duplicates(commits, reasons) | reasons


def without_dropped(commits: Sequence[RawCommit]) -> list[RawCommit]:
    """Return `commits` without those that cancel or repeat each other.

    Args:
        commits: newest first.
    """
    if len(commits) < 2:
        return list(commits)
    reasons = drop_reasons(MatchTexts.of(commits, [subject(commit.message) for commit in commits]))
    return [commit for index, commit in enumerate(commits) if index not in reasons]


def mark_dropped(commits: Sequence[RawCommit], readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return `readings` with those of commits that cancel or repeat each other replaced by ignored ones.

    Args:
        commits: newest first.
        readings: one for each of `commits`, in the same order.
    """
    if len(commits) < 2:
        return tuple(readings)
    reasons = drop_reasons(MatchTexts.of(commits, [reading.subject for reading in readings]))
    if not reasons:
        return tuple(readings)
    pairs = enumerate(zip(commits, readings, strict=True))
    return tuple(ignored(commit, reasons[index]) if index in reasons else reading for index, (commit, reading) in pairs)

"""The next version of a package and the reasons for it, as data that survives JSON."""

from __future__ import annotations

from msgspec import Struct


class CommitReason(Struct, frozen=True):
    """A commit and the reason for its outcome: the rule that counted it, or why it does not count."""

    commit: str
    subject: str
    reason: str


class NextVersion(Struct, frozen=True):
    """The next version of one package; `version` is None when there is nothing to release.

    `package` is empty when the repository is a single package.
    """

    package: str
    version: str | None


class Decision(NextVersion, frozen=True):
    """The next version of one package, with the commits that decided it."""

    previous: str | None
    bump: str
    tag: str | None
    reasons: tuple[CommitReason, ...] = ()
    ignored: tuple[CommitReason, ...] = ()
    unreadable: tuple[CommitReason, ...] = ()
    warnings: tuple[CommitReason, ...] = ()

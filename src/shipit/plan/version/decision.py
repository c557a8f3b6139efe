"""The next version of a package and the reasons for it, as data that survives JSON."""

from __future__ import annotations

from msgspec import Struct


class CommitReason(Struct, frozen=True):
    """A commit with the rule that counted it, or the reason why it was not counted.

    `commit` is its full id, `subject` its first line.
    """

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
    """The next version of one package, with the commits that decided it.

    `previous` is the version of the last release (None for the first one), `bump` a name such as "minor", and `tag`
    the tag to create (None when there is nothing to release). `reasons` are the counted commits.
    """

    previous: str | None
    bump: str
    tag: str | None
    reasons: tuple[CommitReason, ...] = ()
    ignored: tuple[CommitReason, ...] = ()
    unreadable: tuple[CommitReason, ...] = ()
    warnings: tuple[CommitReason, ...] = ()

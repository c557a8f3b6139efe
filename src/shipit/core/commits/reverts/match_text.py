"""What tells which of several commits undo or repeat others."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.reverts.revert import may_revert


class MatchTexts(Struct, frozen=True):
    """Of several commits, newest first, the texts that others may name.

    `parents` are ids with blanks between them; `possible_reverts` are the positions of all that may be reverts.
    """

    ids: Sequence[str]
    parents: Sequence[str]
    messages: Sequence[str]
    possible_reverts: Sequence[int]

    @classmethod
    def of(cls, commits: Sequence[RawCommit], subjects: Sequence[str]) -> MatchTexts:
        may = [may_revert(line) for line in subjects]
        told = zip(commits, subjects, may, strict=True)
        messages = [match_text(commit.message, line, suspect) for commit, line, suspect in told]
        possible_reverts = [at for at, suspect in enumerate(may) if suspect]
        return cls(
            [commit.id for commit in commits],
            [" ".join(commit.parents) for commit in commits],
            messages,
            possible_reverts,
        )


def match_text(message: str, subject: str, suspect: bool) -> str:
    """All of a message by which others are named; of any other the subject, by which it may be named itself."""
    return message if suspect or "(cherry picked" in message else subject

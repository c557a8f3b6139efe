"""Message texts that are needed to match reverts and cherry-picks with the commits they name."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.reverts.revert import might_be_revert


class MatchTexts(Struct, frozen=True):
    """The fields of several commits, newest first, that are needed to match reverts and duplicates with other commits.

    Attributes:
        ids: full commit ids.
        parents: for each commit, the ids of its parents with a space between them.
        messages: the texts of `match_text`.
        possible_reverts: the positions of all commits that might be reverts.
    """

    ids: Sequence[str]
    parents: Sequence[str]
    messages: Sequence[str]
    possible_reverts: Sequence[int]

    @classmethod
    def of(cls, commits: Sequence[RawCommit], subjects: Sequence[str]) -> MatchTexts:
        """Return the texts of `commits`, newest first, whose subjects are `subjects`."""
        suspects = [might_be_revert(line) for line in subjects]
        rows = zip(commits, subjects, suspects, strict=True)
        messages = [match_text(commit.message, line, suspect) for commit, line, suspect in rows]
        possible_reverts = [index for index, suspect in enumerate(suspects) if suspect]
        return cls(
            [commit.id for commit in commits],
            [" ".join(commit.parents) for commit in commits],
            messages,
            possible_reverts,
        )


def match_text(message: str, subject: str, possible_revert: bool) -> str:
    """Return the part of a message that is needed to match it with other commits.

    It is the whole message of a possible revert or a cherry-pick, because it names other commits. Of any other message
    it is the subject, by which a revert can name it.
    """
    return message if possible_revert or "(cherry picked" in message else subject

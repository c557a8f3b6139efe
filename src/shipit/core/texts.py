"""What tells which of several commits undo or repeat others."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shipit.core.log import RawCommit
from shipit.core.revert import may_revert


class Texts(Struct, frozen=True):
    """Of several commits, newest first, the texts that others may name.

    `parents` are ids with blanks between them; `suspects` are the positions of all that may be reverts.
    """

    ids: Sequence[str]
    parents: Sequence[str]
    messages: Sequence[str]
    suspects: Sequence[int]

    @classmethod
    def of(cls, commits: Sequence[RawCommit]) -> Texts:
        ids, messages = [commit.id for commit in commits], [commit.message for commit in commits]
        parents = [" ".join(commit.parents) for commit in commits]
        return cls(ids, parents, messages, [at for at, message in enumerate(messages) if may_revert(message)])

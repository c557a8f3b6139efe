"""An entry of release notes."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.commits.text.message import Commit


class Entry(Struct, frozen=True):
    """One change of a release: the parsed message, with the id and the author of its git commit.

    A squash commit gives one entry for each commit that its body lists, all with the same `id`.
    """

    id: str
    author: str
    commit: Commit

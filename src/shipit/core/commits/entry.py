"""An entry of release notes."""

from __future__ import annotations

from msgspec import Struct

from shipit.core.commits.message import Commit


class Entry(Struct, frozen=True):
    """One change of a release: the commit it came by and its reading. A squash commit may bring several."""

    id: str
    author: str
    commit: Commit

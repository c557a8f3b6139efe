"""A release as data: what the notes, the changelog and the plan are made of."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from shipit.core.commits import Entry


class Release(Struct, frozen=True):
    """One version and what is in it.

    `includes` names the tags of earlier releases that came in by a merge (a hotfix branch merged back):
    their changes stand in their own sections and are not repeated here.
    """

    version: str
    tag: str
    date: dt.date
    entries: tuple[Entry, ...]
    previous_tag: str | None = None
    includes: tuple[str, ...] = ()

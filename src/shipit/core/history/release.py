"""Data of one release, for the notes, the changelog and the plan."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from shipit.core.commits import Entry


class Release(Struct, frozen=True):
    """One version with its changes.

    Attributes:
        version: without the parts that the tag format adds.
        date: the date of the release.
        entries: the changes, newest first.
        previous_tag: the tag of the release before this one; None for the first one.
        includes: tags of earlier releases that were merged in, for example from a hotfix branch. Their changes are in
            their own sections and are not repeated in this one.
    """

    version: str
    tag: str
    date: dt.date
    entries: tuple[Entry, ...]
    previous_tag: str | None = None
    includes: tuple[str, ...] = ()

"""A commit with the fields that git stores, before its message is parsed."""

from __future__ import annotations

from msgspec import Struct


class RawCommit(Struct, frozen=True):
    """One commit of the repository. `timestamp` is the author's time, in seconds since the epoch (UTC)."""

    id: str
    parents: tuple[str, ...]
    author: str
    timestamp: int
    message: str

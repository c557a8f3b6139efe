"""A commit as git stores it."""

from __future__ import annotations

from msgspec import Struct


class RawCommit(Struct, frozen=True):
    """One commit as git tells it. `timestamp` is the author's, in seconds since the epoch (UTC)."""

    id: str
    parents: tuple[str, ...]
    author: str
    timestamp: int
    message: str

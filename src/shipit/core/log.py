"""The format in which git is asked for commits, and its decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from sys import intern
from typing import NamedTuple

# Every field ends with NUL, which no commit can hold; git adds a newline after each record.
FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%B%x00"
_FIELDS = 6

Row = tuple[str, str, str, str, str, str]


class RawCommit(NamedTuple):
    """One commit as git tells it. `timestamp` is the author's, in seconds since the epoch (UTC)."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    timestamp: int
    message: str


def records(chunks: Iterable[bytes]) -> Iterator[RawCommit]:
    """Decode a stream in `FORMAT`, cut anywhere. Invalid UTF-8 becomes U+FFFD."""
    return (raw_commit(*row) for row in rows(chunks))


def raw_commit(id: str, parents: str, author: str, email: str, timestamp: str, message: str) -> RawCommit:
    """The commit of one row. Equal ids and names become one text, for there may be a million."""
    known = (intern(parents),) if parents and " " not in parents else tuple(map(intern, parents.split()))
    return RawCommit(intern(id.lstrip("\n")), known, intern(author), email, int(timestamp or 0), message)


def rows(chunks: Iterable[bytes]) -> Iterator[Row]:
    """The fields of each record as they stand in the stream, the id after the newline of the record before."""
    return chain.from_iterable(_rows(chunks))


def _rows(chunks: Iterable[bytes]) -> Iterator[Iterable[Row]]:
    """A chunk is decoded and split as a whole, for that takes the least time for each of many commits."""
    fields: list[str] = []
    rest = b""
    for chunk in chunks:
        ended, nul, rest = (rest + chunk).rpartition(b"\0")
        if nul:
            fields += ended.decode("utf-8", "replace").split("\0")
            yield zip(*[iter(fields)] * _FIELDS, strict=False)
            fields = fields[len(fields) // _FIELDS * _FIELDS :]

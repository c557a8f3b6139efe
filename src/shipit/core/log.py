"""The format in which git is asked for commits, and its decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

# Every field ends with NUL, which no commit can hold; git adds a newline after each record.
FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%B%x00"
_FIELDS = 6

Fields = tuple[str, tuple[str, ...], str, str, int, str]
_Row = tuple[str, str, str, str, str, str]


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
    return map(RawCommit._make, fields(chunks))


def fields(chunks: Iterable[bytes]) -> Iterator[Fields]:
    """The fields of each `RawCommit`. Equal names, and the ids of neighbours, are one text: there may be a million."""
    names: dict[str, str] = {}
    below = ""
    for id, parents, author, email, timestamp, message in chain.from_iterable(_rows(chunks)):
        id = id.lstrip("\n")  # git ends each record with one
        if id == below:
            id = below
        below = parents
        known = (parents,) if parents and " " not in parents else tuple(parents.split())
        yield id, known, names.setdefault(author, author), email, int(timestamp or 0), message


def _rows(chunks: Iterable[bytes]) -> Iterator[Iterable[_Row]]:
    """A chunk is decoded and split as a whole, for that takes the least time for each of many commits."""
    texts: list[str] = []
    rest = b""
    for chunk in chunks:
        ended, nul, rest = (rest + chunk).rpartition(b"\0")
        if nul:
            texts += ended.decode("utf-8", "replace").split("\0")
            yield zip(*[iter(texts)] * _FIELDS, strict=False)
            texts = texts[len(texts) // _FIELDS * _FIELDS :]

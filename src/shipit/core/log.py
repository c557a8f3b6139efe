"""The format in which git is asked for commits, and its decoding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Every field ends with NUL, which no commit can hold; git adds a newline after each record.
FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%B%x00"


@dataclass(frozen=True, slots=True)
class RawCommit:
    """One commit as git tells it. `timestamp` is the author's, in seconds since the epoch (UTC)."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    timestamp: int
    message: str


def records(chunks: Iterable[bytes]) -> Iterator[RawCommit]:
    """Decode a stream in `FORMAT`, cut anywhere. Invalid UTF-8 becomes U+FFFD."""
    rest = b""
    for chunk in chunks:
        *fields, rest = (rest + chunk).split(b"\0")
        whole = len(fields) - len(fields) % 6
        rest = b"\0".join([*fields[whole:], rest])
        for at in range(0, whole, 6):
            yield _record(fields[at : at + 6])


def _record(fields: list[bytes]) -> RawCommit:
    id, parents, author, email, timestamp, message = (field.decode("utf-8", "replace") for field in fields)
    return RawCommit(id.lstrip("\n"), tuple(parents.split()), author, email, int(timestamp or 0), message)

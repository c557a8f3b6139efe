"""The log format that shipit asks git for, its decoder, and a compact container for many commits."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import compress

from msgspec import Struct
from msgspec.structs import astuple

from shipit.core.commits import RawCommit

# Every field ends with NUL, which cannot occur in a commit; `-z` puts it after the last field.
LOG_FORMAT = ("-z", "--format=%H%x00%P%x00%an%x00%at%x00%B")
_FIELDS = 5


class Columns(Struct):
    """Many commits, newest first, as one list for each field, in the spelling of git.

    `parents` are ids with spaces between them, and `timestamps` are decimal seconds since the epoch (UTC).
    """

    ids: list[str]
    parents: list[str]
    authors: list[str]
    timestamps: list[str]
    messages: list[str]

    @classmethod
    def empty(cls) -> Columns:
        """Return columns without commits."""
        return cls([], [], [], [], [])

    def split_at(self, id: str) -> tuple[Columns, Columns]:
        """Split before a commit: return the newer commits, and the commit with the older ones.

        If the commit is not there, all commits are in the first part.
        """
        position = self.ids.index(id) if id in self.ids else len(self.ids)
        fields = astuple(self)
        return Columns(*(field[:position] for field in fields)), Columns(*(field[position:] for field in fields))

    def add(self, older: Columns) -> None:
        """Append older commits."""
        for field, older_field in zip(astuple(self), astuple(older), strict=True):
            field += older_field

    def without(self, ids: Container[str]) -> Columns:
        """Return the commits whose ids are not in `ids`."""
        kept = [id not in ids for id in self.ids]
        return Columns(*(list(compress(field, kept)) for field in astuple(self)))

    def commits(self) -> Iterator[RawCommit]:
        """Return an iterator over the commits, newest first."""
        parents, timestamps = map(_parents, self.parents), map(_seconds, self.timestamps)
        return map(RawCommit, self.ids, parents, self.authors, timestamps, self.messages)


def records(chunks: Iterable[bytes]) -> Iterator[RawCommit]:
    """Decode the commits of a stream in `LOG_FORMAT`. Invalid UTF-8 becomes U+FFFD.

    Args:
        chunks: the stream in pieces; a piece can end anywhere, also within a character.
    """
    for part in columns(chunks):
        yield from part.commits()


def columns(chunks: Iterable[bytes]) -> Iterator[Columns]:
    """Decode the commits of a stream like `records`, as columns: for each chunk the commits that end in it.

    A chunk is decoded and split as a whole, because that is the fastest way for many commits.
    """
    texts: list[str] = []
    rest: list[bytes] = []  # in pieces, because a long message would be copied again with each chunk
    for chunk in chunks:
        ended, nul, begun = chunk.rpartition(b"\0")
        if nul:
            texts += b"".join((*rest, ended)).decode("utf-8", "replace").split("\0")
            rest.clear()
            whole = len(texts) // _FIELDS * _FIELDS
            yield Columns(*(texts[field:whole:_FIELDS] for field in range(_FIELDS)))
            texts = texts[whole:]
        rest.append(begun)


class Log:
    """The commits of a long history, newest first, as one list for each field.

    One object for each commit would take four times the memory. Equal author names share one string, and so does an id
    with the `parents` entry of the commit above it.

    Attributes:
        parents: for each commit, the ids of its parents with spaces between them.
        timestamps: in decimal seconds since the epoch (UTC).
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.parents: list[str] = []
        self.authors: list[str] = []
        self.timestamps: list[str] = []
        self.messages: list[str] = []
        self._names: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, part: Columns) -> None:
        """Append older commits."""
        pairs = zip(part.parents, [*part.ids[1:], ""], strict=False)
        self.ids += part.ids
        self.parents += [below if parent == below else parent for parent, below in pairs]
        self.authors += [self._names.setdefault(author, author) for author in part.authors]
        self.timestamps += part.timestamps
        self.messages += part.messages

    def commit(self, index: int) -> RawCommit:
        """Return the commit at this position."""
        parents, timestamp = _parents(self.parents[index]), _seconds(self.timestamps[index])
        return RawCommit(self.ids[index], parents, self.authors[index], timestamp, self.messages[index])

    def nonlinear_parents(self) -> dict[int, list[str]]:
        """Return, by position, the parents of each commit whose only parent is not the next commit of the log."""
        pairs = zip(self.parents, [*self.ids[1:], ""], strict=False)
        return {index: parents.split() for index, (parents, below) in enumerate(pairs) if parents != below}


def _parents(ids: str) -> tuple[str, ...]:
    return tuple(ids.split())


def _seconds(text: str) -> int:
    return int(text or 0)

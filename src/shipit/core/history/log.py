"""The format in which git is asked for commits, its decoding, and how very many commits are held."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import compress

from msgspec import Struct
from msgspec.structs import astuple

from shipit.core.commits import RawCommit

# Every field ends with NUL, which no commit can hold; for the last, and so for each commit, `-z` does that.
LOG_FORMAT = ("-z", "--format=%H%x00%P%x00%an%x00%at%x00%B")
_FIELDS = 5


class Columns(Struct):
    """Many commits, field by field, each as git writes it."""

    ids: list[str]
    parents: list[str]
    authors: list[str]
    timestamps: list[str]
    messages: list[str]

    @classmethod
    def empty(cls) -> Columns:
        return cls([], [], [], [], [])

    def split_at(self, id: str) -> tuple[Columns, Columns]:
        """Those above a commit, and it with those below; all and none where it is not among them."""
        at = self.ids.index(id) if id in self.ids else len(self.ids)
        fields = astuple(self)
        return Columns(*(field[:at] for field in fields)), Columns(*(field[at:] for field in fields))

    def add(self, older: Columns) -> None:
        """Put older commits below those that are here."""
        for field, more in zip(astuple(self), astuple(older), strict=True):
            field += more

    def without(self, ids: Container[str]) -> Columns:
        kept = [id not in ids for id in self.ids]
        return Columns(*(list(compress(field, kept)) for field in astuple(self)))

    def commits(self) -> Iterator[RawCommit]:
        parents, timestamps = map(_parents, self.parents), map(_seconds, self.timestamps)
        return map(RawCommit, self.ids, parents, self.authors, timestamps, self.messages)


def records(chunks: Iterable[bytes]) -> Iterator[RawCommit]:
    """Decode a stream in `LOG_FORMAT`, cut anywhere. Invalid UTF-8 becomes U+FFFD."""
    for part in columns(chunks):
        yield from part.commits()


def columns(chunks: Iterable[bytes]) -> Iterator[Columns]:
    """The same as columns of those commits that each chunk completes.

    A chunk is decoded and split as a whole, for that takes the least time for each of many commits.
    """
    texts: list[str] = []
    rest = b""
    for chunk in chunks:
        ended, nul, rest = (rest + chunk).rpartition(b"\0")
        if nul:
            texts += ended.decode("utf-8", "replace").split("\0")
            whole = len(texts) // _FIELDS * _FIELDS
            yield Columns(*(texts[field:whole:_FIELDS] for field in range(_FIELDS)))
            texts = texts[whole:]


class Log:
    """Very many commits, newest first, by columns: an object for each would take four times the memory.

    `parents` are ids with blanks between them. Equal names, and the ids of neighbours, are one text.
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
        """Put older commits below those that are here."""
        pairs = zip(part.parents, [*part.ids[1:], ""], strict=False)
        self.ids += part.ids
        self.parents += [below if parent == below else parent for parent, below in pairs]
        self.authors += [self._names.setdefault(author, author) for author in part.authors]
        self.timestamps += part.timestamps
        self.messages += part.messages

    def commit(self, at: int) -> RawCommit:
        """Return the commit at this position."""
        parents, timestamp = _parents(self.parents[at]), _seconds(self.timestamps[at])
        return RawCommit(self.ids[at], parents, self.authors[at], timestamp, self.messages[at])

    def nonlinear_parents(self) -> dict[int, list[str]]:
        """The parents, by place, of each commit for which they are not just the next one."""
        pairs = zip(self.parents, [*self.ids[1:], ""], strict=False)
        return {at: parents.split() for at, (parents, below) in enumerate(pairs) if parents != below}


def _parents(told: str) -> tuple[str, ...]:
    return tuple(told.split())


def _seconds(told: str) -> int:
    return int(told or 0)

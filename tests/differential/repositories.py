"""Histories as real git repositories, written object by object: quick, and every id is known beforehand."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

PERSON = "Ada <ada@example.org>"
START = 1_700_000_000  # seconds since the epoch; every commit comes a minute after the one before


@dataclass(frozen=True)
class Tag:
    """A lightweight tag at the commit before it."""

    name: str


@dataclass(frozen=True)
class Merge:
    """A branch with steps of its own, merged back with `message`; `meanwhile` is what came on the branch it left."""

    message: str
    side: tuple[Step, ...]
    meanwhile: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Aside:
    """A branch that is never merged."""

    side: tuple[Step, ...]


# A text is the message of a commit. In it `{-1}` is the id of the commit made last, `{-2}` of the one before that,
# and `{0}` of the first of the history.
Step = str | Tag | Merge | Aside


@dataclass
class Repository:
    """A bare-bones repository in `path` with a working tree that holds no file."""

    path: Path
    ids: list[str] = field(default_factory=list)
    messages: dict[str, tuple[list[str], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("objects", "refs/heads", "refs/tags"):
            (self.path / ".git" / name).mkdir(parents=True)
        (self.path / ".git/HEAD").write_text("ref: refs/heads/main\n")
        (self.path / ".git/config").write_text(
            '[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote "origin"]\n\turl = https://example.org/acme/app.git\n'
        )
        self.tree = self._object("tree", b"")

    def write(self, steps: Iterable[Step]) -> None:
        """Write `steps`, oldest first, as the history of the branch `main`."""
        head = self._branch(steps, None)
        (self.path / ".git/refs/heads/main").write_text(f"{head}\n")

    def messages_since(self, tag: str | None) -> list[tuple[str, str]]:
        """Id and message of the commits of `main` that are not behind `tag`, newest first."""
        head = (self.path / ".git/refs/heads/main").read_text().strip()
        known = self._behind((self.path / ".git/refs/tags" / tag).read_text().strip()) if tag else set()
        new = self._behind(head) - known
        return [(id, self.messages[id][1]) for id in reversed(self.ids) if id in new]

    def _branch(self, steps: Iterable[Step], head: str | None) -> str | None:
        for step in steps:
            match step:
                case Tag(name):
                    (self.path / ".git/refs/tags" / name).write_text(f"{head}\n")
                case Merge(message, side, meanwhile):
                    merged = self._branch(side, head)
                    head = self._commit(message, [self._branch(meanwhile, head), merged])
                case Aside(side):
                    self._branch(side, head)
                case str(message):
                    head = self._commit(message, [head])
        return head

    def _commit(self, message: str, parents: list[str | None]) -> str:
        message = re.sub(r"\{(0|-\d)\}", lambda place: self.ids[int(place[1])], message)
        known = [parent for parent in parents if parent]
        who = f"{PERSON} {START + 60 * len(self.ids)} +0000"
        lines = [
            f"tree {self.tree}",
            *(f"parent {id}" for id in known),
            f"author {who}",
            f"committer {who}",
            "",
            message,
        ]
        id = self._object("commit", "\n".join(lines).encode())
        self.ids.append(id)
        self.messages[id] = known, message
        return id

    def _object(self, kind: str, content: bytes) -> str:
        whole = b"%s %d\0%s" % (kind.encode(), len(content), content)
        id = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        file = self.path / ".git/objects" / id[:2] / id[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(whole, 1))
        return id

    def _behind(self, id: str) -> set[str]:
        waiting, seen = [id], set[str]()
        while waiting:
            seen.add(here := waiting.pop())
            waiting += [parent for parent in self.messages[here][0] if parent not in seen]
        return seen

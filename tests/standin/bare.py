"""The bare repository behind the stand-in, by git plumbing: a push and the API see the same objects."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_FULL_ID = re.compile("[0-9a-f]{40}")

BOT = {
    "GIT_AUTHOR_NAME": "github-actions[bot]",
    "GIT_AUTHOR_EMAIL": "bot@github.test",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": "noreply@github.test",
}


@dataclass(frozen=True)
class Commit:
    id: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str, str]  # name, email, ISO date
    committer: tuple[str, str, str]
    message: str


@dataclass(frozen=True)
class Entry:
    """One line of a tree; `size` is None for what is not a blob."""

    mode: str
    kind: str
    id: str
    path: str
    size: int | None = None


class BareRepository:
    """A bare repository. What is read of an object is kept, because an object never changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kinds: dict[str, str] = {}
        self._commits: dict[str, Commit] = {}
        self._entries: dict[tuple[str, bool], list[Entry]] = {}

    def git(self, *args: str, data: bytes = b"", env: Mapping[str, str] = {}) -> str:
        command = ["git", "--git-dir", str(self.path), *args]
        run = subprocess.run(command, input=data, env={**os.environ, **env}, capture_output=True, check=True)
        return run.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def _asked(self, *args: str) -> str | None:
        """What git says, or None where it answers with no."""
        command = ["git", "--git-dir", str(self.path), *args]
        run = subprocess.run(command, capture_output=True)
        return None if run.returncode else run.stdout.decode().removesuffix("\n")

    def holds(self, *args: str) -> bool:
        """Whether git answers that command with yes."""
        command = ["git", "--git-dir", str(self.path), *args]
        return subprocess.run(command, capture_output=True).returncode == 0

    def ref(self, name: str) -> str | None:
        """The object that the full reference `name` points at: its file is read, and git asked if there is none."""
        with suppress(OSError):
            if _FULL_ID.fullmatch(id := (self.path / name).read_text().strip()):
                return id
        found = self.git("for-each-ref", "--format=%(objectname)%00%(refname)", name).splitlines()
        return next((line.split("\0")[0] for line in found if line.endswith(f"\0{name}")), None)

    def kind(self, id: str) -> str | None:
        if id not in self._kinds and (kind := self._asked("cat-file", "-t", id)):
            self._kinds[id] = kind
        return self._kinds.get(id)

    def resolve(self, rev: str) -> str | None:
        """The commit that a branch, tag or id leads to."""
        return self._asked("rev-parse", "--verify", "--quiet", f"{rev}^{{commit}}")

    def is_ancestor(self, old: str, new: str) -> bool:
        return self.holds("merge-base", "--is-ancestor", old, new)

    def move(self, name: str, id: str) -> None:
        self.git("update-ref", name, id)

    def delete(self, name: str) -> None:
        self.git("update-ref", "-d", name)

    def commit(self, id: str) -> Commit:
        if id not in self._commits:
            commit = self._read_commit(id)
            self._commits[commit.id] = commit  # `id` can also be a name, which moves
            return commit
        return self._commits[id]

    def _read_commit(self, id: str) -> Commit:
        fields = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        commit, tree, parents, *people, message = self.git("show", "-s", f"--format={fields}", id).split("\0")
        author, committer = tuple(people[:3]), tuple(people[3:])
        return Commit(commit, tree, tuple(parents.split()), author, committer, message)  # type: ignore[arg-type]

    def entries(self, tree: str, *, recursive: bool = False) -> list[Entry]:
        found = self._entries.get((tree, recursive))
        if found is None:
            listed = self.git("ls-tree", "-z", "-l", *(["-r", "-t"] if recursive else []), tree)
            found = [_entry(line) for line in listed.split("\0") if line]
            if _FULL_ID.fullmatch(tree):
                self._entries[tree, recursive] = found
        return found

    def text(self, id: str) -> str:
        return self.git("cat-file", "-p", id)

    def create_blob(self, data: bytes) -> str:
        return self._made("blob", self.git("hash-object", "-w", "--stdin", data=data))

    def _made(self, kind: str, id: str) -> str:
        self._kinds[id] = kind
        return id

    def entry(self, mode: str, data: bytes, path: str) -> Entry:
        """A file for `create_tree`, stored as a blob."""
        return Entry(mode, "blob", self.create_blob(data), path)

    def create_tree(self, base: str | None, entries: Iterable[Entry]) -> str:
        lines = "".join(f"{entry.mode} {entry.id}\t{entry.path}\n" for entry in entries)
        with tempfile.TemporaryDirectory() as place:
            env = {"GIT_INDEX_FILE": f"{place}/index"}
            self.git("read-tree", base or "--empty", env=env)
            self.git("update-index", "--index-info", data=lines.encode(), env=env)
            return self._made("tree", self.git("write-tree", env=env))

    def create_commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        on = [word for parent in parents for word in ("-p", parent)]
        return self._made("commit", self.git("commit-tree", tree, *on, data=message.encode(), env=BOT))

    def create_tag(self, name: str, target: str, kind: str, message: str) -> str:
        tagger = f"{BOT['GIT_AUTHOR_NAME']} <{BOT['GIT_AUTHOR_EMAIL']}> 1767225600 +0000"
        text = f"object {target}\ntype {kind}\ntag {name}\ntagger {tagger}\n\n{message}\n"
        return self._made("tag", self.git("hash-object", "-t", "tag", "-w", "--stdin", data=text.encode()))


def _entry(line: str) -> Entry:
    head, _, path = line.partition("\t")
    mode, kind, id, size = head.split()
    return Entry(mode, kind, id, path, None if size == "-" else int(size))

"""Real git histories, built quickly: one `git fast-import` takes every commit of a repository.

repo = Repository(path)
repo.commit("feat: search")          # a minute after the one before
repo.tag("v1.0.0")
repo.branch("hotfix", at="v1.0.0")   # and go on there
repo.commit("fix: crash", skew=-7200)
repo.switch("main")
repo.merge("hotfix")
repo.git("log")                      # everything is there for git
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

_START = 1_700_000_000
_PERSON = "Ada Lovelace <ada@example.com>"


class Repository:
    """A repository on a branch `main` that grows. Commits are named by their ids; `commit` and `merge` give them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        run(path.parent, "init", "--quiet", "--initial-branch=main", str(path))
        argv = ["git", "-C", str(path), "fast-import", "--quiet", "--force", "--date-format=raw"]
        self._import = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._refs: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._branch = "main"
        self._minutes = 0
        self._saved = True

    @property
    def path(self) -> Path:
        """Where it is, with everything written so far."""
        self._save()
        return self._path

    @property
    def head(self) -> str:
        return self._refs[f"refs/heads/{self._branch}"]

    def commit(self, message: str = "chore: work", *, files: Mapping[str, str] | None = None, skew: int = 0) -> str:
        """A commit on the current branch. `skew` moves its clock, in seconds."""
        head = self._refs.get(f"refs/heads/{self._branch}")
        return self._commit(message, (head,) if head else (), files or {}, skew)

    def merge(
        self, *others: str, message: str | None = None, files: Mapping[str, str] | None = None, skew: int = 0
    ) -> str:
        """A merge of branches, tags or commits into the current branch, whose files stay, apart from `files`."""
        message = f"Merge branch '{others[0]}'" if message is None else message
        return self._commit(message, (self.head, *(self._id(other) for other in others)), files or {}, skew)

    def tag(self, name: str, at: str | None = None, *, message: str | None = None) -> None:
        """A lightweight tag; an annotated one where there is a `message`."""
        target = self._id(at) if at else self.head
        self._refs[f"refs/tags/{name}"] = target
        if message is None:
            self._send(f"reset refs/tags/{name}\nfrom {self._marks[target]}\n\n")
        else:
            self._send(f"tag {name}\nfrom {self._marks[target]}\ntagger {self._when(0)}\n{_data(message)}")

    def branch(self, name: str, at: str | None = None) -> None:
        """A branch at a branch, tag or commit; it becomes the current one."""
        target = self._id(at) if at else self.head
        self._refs[f"refs/heads/{name}"] = target
        self._send(f"reset refs/heads/{name}\nfrom {self._marks[target]}\n\n")
        self.switch(name)

    def switch(self, name: str) -> None:
        """Go on with `name`; where there is no such branch, it begins without a parent."""
        self._branch = name

    def git(self, *arguments: str) -> str:
        """What git answers, all written so far being there."""
        return run(self.path, *arguments)

    def check_out(self) -> Path:
        """The repository with the files of the current branch in its working tree."""
        self.git("reset", "--quiet", "--hard")
        return self._path

    def close(self) -> None:
        self._import.communicate()

    def _id(self, name: str) -> str:
        return self._refs.get(f"refs/heads/{name}") or self._refs.get(f"refs/tags/{name}") or name

    def _commit(self, message: str, parents: tuple[str, ...], files: Mapping[str, str], skew: int) -> str:
        self._minutes += 1
        ref, mark, when = f"refs/heads/{self._branch}", f":{self._minutes}", self._when(skew)
        if not parents:
            self._send(f"reset {ref}\n\n")
        self._send(f"commit {ref}\nmark {mark}\nauthor {when}\ncommitter {when}\n{_data(message)}")
        self._send("".join(f"{'merge' if at else 'from'} {self._marks[id]}\n" for at, id in enumerate(parents)))
        self._send("".join(f"M 100644 inline {path}\n{_data(text)}" for path, text in files.items()))
        self._send(f"\nget-mark {mark}\n")
        self._refs[ref] = id = self._answer()
        self._marks[id] = mark
        return id

    def _when(self, skew: int) -> str:
        return f"{_PERSON} {_START + 60 * self._minutes + skew} +0000"

    def _save(self) -> None:
        if not self._saved:
            self._send("checkpoint\n\nprogress saved\n")
            assert self._answer() == "progress saved"
            (self._path / ".git" / "HEAD").write_text(f"ref: refs/heads/{self._branch}\n")
            self._saved = True

    def _send(self, text: str) -> None:
        assert self._import.stdin
        self._import.stdin.write(text.encode("utf-8", "surrogateescape"))
        self._saved = False

    def _answer(self) -> str:
        assert self._import.stdout
        return self._import.stdout.readline().decode().strip()


def run(path: Path, *arguments: str) -> str:
    """What git answers in `path`."""
    argv = ["git", "-C", str(path), *arguments]
    return subprocess.run(argv, check=True, capture_output=True, encoding="utf-8", errors="surrogateescape").stdout


def _data(text: str) -> str:
    return f"data {len(text.encode('utf-8', 'surrogateescape'))}\n{text}\n"

"""Reading a repository by git's plumbing: quick to start, and streaming where history is long."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Sequence
from functools import cached_property

from shipit.adapters.process import failure, stream
from shipit.core.history import FORMAT
from shipit.core.redact import Redactor
from shipit.errors import UsageError
from shipit.world import CommitInfo, TagRef

# Reads must not fight with a person's own git, wait for a password, or speak the user's language;
# and git need not write each commit by itself, as it does where somebody might be watching.
_READING = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_FLUSH": "0"}
_BRANCH = "ref: refs/heads/"
_NO_FILES = ".invalid"  # what the file names where refs are kept in tables
_COMMIT_FIELDS = "%H%x00%P%x00%at%x00%B"
_LAST_SECOND = 253_402_300_799  # of the year 9999


class GitHistory:
    """What is committed in the repository around `directory`.

    Raises `UsageError` at first use when there is none.
    """

    def __init__(self, directory: str, redact: Redactor | None = None) -> None:
        self._directory = directory
        self._redact = redact or Redactor()

    @cached_property
    def _place(self) -> tuple[str, str, str]:
        """The repository's root, its git directory, and the one it shares with other worktrees."""
        if not os.path.isdir(self._directory):
            raise UsageError(f"`{self._directory}` is not a directory", hint="name an existing one with `-C DIR`")
        asked = ("--show-toplevel", "--absolute-git-dir", "--git-common-dir")
        done = self._try("rev-parse", *asked, cwd=self._directory)
        lines = done.stdout.decode(errors="surrogateescape").splitlines()
        if done.returncode or len(lines) != len(asked):
            raise self._not_a_repository(done.stderr.decode(errors="replace"))
        return lines[0], lines[1], os.path.join(os.path.abspath(self._directory), lines[2])

    def _not_a_repository(self, said: str) -> UsageError:
        if "dubious ownership" in said:
            hint = f"git config --global --add safe.directory {os.path.abspath(self._directory)}"
            return UsageError(f"git does not trust `{self._directory}`: it belongs to another user", hint=hint)
        return UsageError(
            f"`{os.path.abspath(self._directory)}` is not inside a git repository with a working tree",
            hint="run shipit in your repository, or name it with `-C DIR`",
        )

    @property
    def root(self) -> str:
        return self._place[0]

    @property
    def directory(self) -> str:
        """The git directory, where shipit keeps its lock and journal."""
        return self._place[1]

    def head(self) -> str | None:
        return self._line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def branch(self) -> str | None:
        """From where git keeps it (gitrepository-layout), or from git where that is not the plain name of a branch.

        Not git's short name: that is longer where a tag has the same.
        """
        head = os.path.join(self.directory, "HEAD")
        name = "" if os.path.islink(head) else _after(_BRANCH, head)
        if name in ("", _NO_FILES) or _after("ref:", os.path.join(self._place[2], "refs", "heads", name)):
            told = self._line("symbolic-ref", "--quiet", "HEAD") or ""
            return told.removeprefix("refs/heads/") or None
        return name

    def shallow(self) -> bool:
        return os.path.exists(os.path.join(self._place[2], "shallow"))  # what git itself looks for

    def tags(self) -> tuple[TagRef, ...]:
        """From what git keeps beside each tag: no tag or commit is opened, though there may be thousands."""
        found: dict[str, TagRef] = {}
        for line in self._output("show-ref", "--tags", "--dereference", nothing=1).split("\n")[:-1]:
            id, _, ref = line.partition(" ")
            name = ref.removeprefix("refs/tags/")
            bare = name.removesuffix("^{}")  # the second line of an annotated tag tells what it leads to
            found[bare] = TagRef(bare, id, annotated=bare is not name)
        return tuple(found.values())

    def tag_message(self, name: str) -> str:
        return self._output("for-each-ref", "--format=%(contents)", f"refs/tags/{name}")

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        argv = ["log", "--no-show-signature", "--no-color", "--encoding=UTF-8", *FORMAT]
        return stream(self._argv(*argv, *_range(include, exclude)), self._environment)

    def touching(self, path: str, include: str, exclude: Sequence[str] = ()) -> frozenset[str]:
        argv = ["-c", "log.showRoot=true", "log", "--full-history", "--diff-merges=first-parent", "--name-only"]
        listed = self._output(*argv, "--format=%x00%H", *_range([include], exclude), f":(top,literal){path}")
        entries = (entry.partition("\n") for entry in listed.split("\0"))
        return frozenset(id for id, _, names in entries if names.strip())

    def commit(self, rev: str) -> CommitInfo | None:
        argv = ["log", "-1", "--no-show-signature", "--no-color", "--encoding=UTF-8", f"--format={_COMMIT_FIELDS}"]
        done = self._try(*argv, rev, "--")
        if done.returncode or not done.stdout:
            return None
        id, parents, timestamp, message = done.stdout.decode(errors="replace").split("\0", 3)
        return CommitInfo(id, tuple(parents.split()), message.rstrip("\n") + "\n", _seconds(timestamp))

    def text(self, rev: str, path: str) -> str | None:
        done = self._try("cat-file", "--filters", f"{rev}:{path}")  # line ends as a checkout has them
        return None if done.returncode else done.stdout.decode("utf-8", "surrogateescape")

    def paths(self, rev: str) -> tuple[str, ...]:
        listed = self._output("ls-tree", "-r", "-z", "--name-only", rev)
        return tuple(listed.split("\0")[:-1])

    def dirty(self) -> tuple[str, ...]:
        listed = self._output("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
        return tuple(entry[3:] for entry in listed.split("\0") if entry)

    def is_ancestor(self, old: str, new: str) -> bool:
        return self._try("merge-base", "--is-ancestor", old, new).returncode == 0

    def same_files(self, one: str, other: str) -> bool:
        trees = [
            self._line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{tree}}")
            for rev in (one, other)
        ]
        return trees[0] is not None and trees[0] == trees[1]

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        if not commits:
            return frozenset()
        known = self._listed(commits, "--no-walk=unsorted")  # without files and trees that were tagged
        return known - self._listed([*commits, f"^{rev}"])

    def _listed(self, revs: Sequence[str], *options: str) -> frozenset[str]:
        asked = "\n".join([*revs, "--", ""])
        argv = self._argv("rev-list", *options, "--stdin")
        done = subprocess.run(argv, input=asked.encode(), capture_output=True, env=self._environment, check=False)
        if done.returncode:
            raise failure(argv, done.returncode, done.stderr.decode(errors="replace"), self._redact)
        return frozenset(done.stdout.decode().split())

    @cached_property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **_READING}

    def _argv(self, *words: str) -> list[str]:
        return ["git", "-C", self.root, "-c", "core.quotePath=false", *words]

    def _try(self, *words: str, cwd: str | None = None) -> subprocess.CompletedProcess[bytes]:
        argv = ["git", "-C", cwd, *words] if cwd else self._argv(*words)
        return subprocess.run(argv, capture_output=True, env=self._environment, check=False, stdin=subprocess.DEVNULL)

    def _line(self, *words: str) -> str | None:
        """One line of output; None when git has no answer."""
        done = self._try(*words)
        return done.stdout.decode(errors="replace").strip() or None if done.returncode == 0 else None

    def _output(self, *words: str, nothing: int = 0) -> str:
        """All output; `nothing` is the status by which git says that there is none."""
        done = self._try(*words)
        if done.returncode not in (0, nothing):
            raise failure(self._argv(*words), done.returncode, done.stderr.decode(errors="replace"), self._redact)
        return done.stdout.decode("utf-8", "surrogateescape")


def _after(start: str, path: str) -> str:
    """What follows `start` in a file of one line that begins with it; empty for any other file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            line = file.read().rstrip("\r\n")
    except OSError:
        return ""
    return line.removeprefix(start) if line.startswith(start) else ""


def _seconds(told: str) -> int:
    """A time as git tells it, within the years that can be written down; one that it cannot read is none."""
    return min(int(told or 0), _LAST_SECOND)


def _range(include: Sequence[str], exclude: Sequence[str]) -> list[str]:
    return [*include, *(f"^{rev}" for rev in exclude), "--"]

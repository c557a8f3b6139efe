"""Reads of the clone by git's plumbing commands.

GitPython is not used here: it takes longer to import than most commands need, and it does not stream a long history.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Generator, Sequence
from functools import cached_property
from typing import Any

from shipit.adapters.git.revisions import Revisions
from shipit.adapters.processes.process import command_error, stream
from shipit.core import limits
from shipit.core.history import LOG_FORMAT
from shipit.core.redact import Redactor
from shipit.core.versions import has_version_line
from shipit.errors import CommandError, UsageError
from shipit.world import CommitInfo, EntryKind, TagRef

# Reads take no lock that a git of the user could need, never ask for a password, print English, and do not flush after
# each commit, which is slower.
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_FLUSH": "0"}
USUAL_PATHSPECS = {f"GIT_{name}_PATHSPECS": "0" for name in ("LITERAL", "GLOB", "NOGLOB", "ICASE")}
"""Variables without which a setting of the user gives the paths in commands of shipit another meaning."""
_NO_REPOSITORY = ("not a git repository (or any", "must be run in a work tree")
_BRANCH = "ref: refs/heads/"
_REFTABLE_BRANCH = ".invalid"  # the branch in the file HEAD of a repository with the reftable format
_COMMIT_FIELDS = "%H%x00%P%x00%at%x00%B"
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that `datetime` can represent

# The kind of an entry by its mode in a tree; all others are files.
_KINDS: dict[str, EntryKind] = {"040000": "directory", "120000": "link", "160000": "submodule"}


class GitHistory:
    """The reads of the clone that contains `directory`; `shipit.world.Git` describes the methods.

    Raises `UsageError` at first use if `directory` is not in a clone.

    Args:
        redact: removes secrets from git's output.
    """

    def __init__(self, directory: str, redact: Redactor | None = None) -> None:
        self._directory = directory
        self._redact = redact or Redactor()
        self._commits: dict[str, CommitInfo] = {}  # commits by id; only `deepen` changes them
        self._texts: dict[tuple[str, str], str] = {}  # by the id and the path, which selects git's filters
        self._paths: dict[tuple[str, str | None], tuple[str, ...]] = {}  # by the id of the tree, and the directory

    @cached_property
    def _directories(self) -> tuple[str, str, str]:
        """The root of the working tree, its git directory, and the git directory shared with other worktrees."""
        if not os.path.isdir(self._directory):
            what = f"`{self._directory}` is not a directory"
            raise UsageError(what, hint="name an existing one", argument="directory")
        options = ("--show-toplevel", "--absolute-git-dir", "--git-common-dir")
        done = self._try("rev-parse", *options, cwd=self._directory)
        lines = done.stdout.decode(errors="surrogateescape").split("\n")[:-1]  # a path can have other line breaks
        if done.returncode or len(lines) < len(options):
            raise self._not_a_repository(done.stderr.decode(errors="replace"))
        if len(lines) > len(options):
            what = f"the path `{os.path.abspath(self._directory)}` of the repository has a line break"
            raise UsageError(what, hint="rename the directory")
        return lines[0], lines[1], os.path.join(os.path.abspath(self._directory), lines[2])

    def _not_a_repository(self, stderr: str) -> UsageError:
        if "dubious ownership" in stderr:
            hint = f"git config --global --add safe.directory {os.path.abspath(self._directory)}"
            return UsageError(f"git does not trust `{self._directory}`: it belongs to another user", hint=hint)
        what = f"`{os.path.abspath(self._directory)}` is not inside a git repository with a working tree"
        if stderr and not any(usual in stderr for usual in _NO_REPOSITORY):  # such as a variable with a wrong value
            hint = "fix what git's message names; variables whose names begin with `GIT_` can be the reason"
            return UsageError(what, where=self._redact(stderr.strip()), hint=hint)
        return UsageError(what, hint="run shipit in your repository, or name it", argument="directory")

    @property
    def root(self) -> str:
        """The absolute path of the working tree's root."""
        return self._directories[0]

    @property
    def directory(self) -> str:
        """The absolute path of the git directory, in which shipit keeps its lock and records."""
        return self._directories[1]

    def head(self) -> str | None:
        found = self._revisions.id("HEAD^{commit}")
        if found is None and (named := self._line("rev-parse", "--verify", "--quiet", "HEAD")):
            hint = "fetch it with `git fetch`, or see what else is missing: git fsck"
            raise CommandError(f"`HEAD` names the commit `{named}`, which this clone does not have", hint=hint)
        return found

    def branch(self) -> str | None:
        """Return the branch that is checked out, from the file `HEAD` (gitrepository-layout), or else from git.

        git is asked if the file is a link, does not name a branch, or names a branch that is an alias. The option
        `--short` of git is not used: its name is longer if a tag has the same name.
        """
        head = os.path.join(self.directory, "HEAD")
        name = "" if os.path.islink(head) else _after(_BRANCH, head)
        branch_file = os.path.join(self._directories[2], "refs", "heads", name)
        if name in ("", _REFTABLE_BRANCH) or _after("ref:", branch_file):
            ref = self._line("symbolic-ref", "--quiet", "HEAD") or ""
            return ref.removeprefix("refs/heads/") or None
        return name

    def shallow(self) -> bool:
        return os.path.exists(os.path.join(self._directories[2], "shallow"))  # git checks the same file

    def tags(self) -> tuple[TagRef, ...]:
        """Return all tags of the clone; `git show-ref` opens no objects, so thousands of tags are fast."""
        found: dict[str, TagRef] = {}
        for line in self._output("show-ref", "--tags", "--dereference", empty_status=1).split("\n")[:-1]:
            id, _, ref = line.partition(" ")
            name = ref.removeprefix("refs/tags/")
            bare = name.removesuffix("^{}")  # the second line of an annotated tag has the id of its commit
            found[bare] = TagRef(bare, id, annotated=bare is not name)
        return tuple(found.values())

    def tag_message(self, name: str) -> str:
        return self._output("for-each-ref", "--format=%(contents)", f"refs/tags/{name}")

    def tag_times(self) -> dict[str, int]:
        listed = self._output("for-each-ref", "--format=%(refname)%00%(creatordate:unix)", "refs/tags")
        pairs = (line.partition("\0") for line in listed.split("\n")[:-1])
        return {name.removeprefix("refs/tags/"): _seconds(time) for name, _, time in pairs}

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        argv = ["log", "--no-show-signature", "--no-color", "--encoding=UTF-8", *LOG_FORMAT]
        return stream(self._argv(*argv, *_range(include, exclude)), self._environment, limits.GIT_LOCAL)

    def lacking(self, base: str, head: str, exclude: Sequence[str] = ()) -> tuple[str, ...]:
        options = ("--cherry-pick", "--right-only", "--no-merges", f"{base}...{head}")
        return tuple(self._output("rev-list", *options, *(f"^{each}" for each in exclude), "--").split())

    def touching(
        self,
        paths: Sequence[str],
        include: str,
        exclude: Sequence[str] = (),
        also: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> frozenset[str]:
        where = (*map(_literal, paths), *(_literal(path, "exclude,") for path in without))
        argv = ["-c", "log.showRoot=true", "log", "--full-history", "--diff-merges=first-parent", "--name-only"]
        # Without these options, `log.follow` adds the commits of an earlier name of a file, and `diff.ignoreSubmodules`
        # leaves out those of submodules.
        options = ("--no-follow", "--ignore-submodules=none", "--format=%x00%H")
        listed = self._output(*argv, *options, *_range([include, *also], exclude), *where)
        entries = (entry.partition("\n") for entry in listed.split("\0"))
        return frozenset(id for id, _, names in entries if names.strip())

    def commit(self, rev: str) -> CommitInfo | None:
        id = self._revisions.id(f"{rev}^{{commit}}")
        if id and id not in self._commits:
            self._commits[id] = self._read_commit(id)
        return self._commits[id] if id else None

    def _read_commit(self, rev: str) -> CommitInfo:
        argv = ["log", "-1", "--no-show-signature", "--no-color", "--encoding=UTF-8", f"--format={_COMMIT_FIELDS}"]
        printed = self._bytes(*argv, rev, "--")
        id, parents, timestamp, message = printed.decode(errors="replace").split("\0", 3)
        return CommitInfo(id, tuple(parents.split()), message.rstrip("\n") + "\n", _seconds(timestamp))

    def text(self, rev: str, path: str) -> str | None:
        id = self._revisions.id(f"{rev}:{path}")
        if id is None or self._revisions.id(f"{rev}:{path}/"):  # only a directory has also the name with the `/`
            return None
        if (id, path) not in self._texts:
            self._texts[id, path] = self._read_text(rev, path)
        return self._texts[id, path]

    def _read_text(self, rev: str, path: str) -> str:
        self._refuse_large(rev, path)
        return self._output("cat-file", "--filters", f"{rev}:{path}")  # with the line ends of a checkout

    def _refuse_large(self, rev: str, path: str) -> None:
        """Raise `CommandError` for a text that can take all memory; git is asked if the file on disk is so large."""
        with contextlib.suppress(OSError):
            if os.stat(os.path.join(self.root, path)).st_size > limits.TEXT_FILE:
                size = self._line("cat-file", "-s", f"{rev}:{path}")
                if size and int(size) > limits.TEXT_FILE:
                    what = f"`{path}` cannot be read: it is larger than {limits.TEXT_FILE.written}"
                    raise CommandError(what, hint="make it smaller, or name another file in shipit.toml")

    def paths(self, rev: str, directory: str | None = None) -> tuple[str, ...]:
        tree = self._revisions.id(f"{rev}^{{tree}}") or rev
        if (tree, directory) not in self._paths:
            self._paths[tree, directory] = self._read_paths(tree, directory)
        return self._paths[tree, directory]

    def _read_paths(self, rev: str, directory: str | None) -> tuple[str, ...]:
        if directory is None:
            return tuple(self._output("ls-tree", "-r", "-z", "--name-only", rev).split("\0")[:-1])
        place = ["--", f"{directory}/"] if directory else []
        entries = (entry.partition("\t") for entry in self._output("ls-tree", "-z", rev, *place).split("\0")[:-1])
        return tuple(path for kind, _, path in entries if " tree " not in kind)

    def entry_kinds(self, rev: str, paths: Sequence[str]) -> dict[str, EntryKind]:
        if not paths:
            return {}
        listed = self._output("ls-tree", "-t", "-z", rev, "--", *paths)
        entries = (entry.partition("\t") for entry in listed.split("\0")[:-1])
        return {path: _KINDS.get(details[:6], "file") for details, _, path in entries if path in paths}

    def nested_files(self, names: Sequence[str]) -> tuple[str, ...]:
        at_root = (os.path.join(self.root, name) for name in names)
        if any(_declares_version(path) for path in at_root if os.path.isfile(path)):
            return ()
        listed = self._output("ls-files", "-z", "--", *(f"*/{name}" for name in names))
        return tuple(sorted(listed.split("\0")[:-1]))

    def dirty(self) -> tuple[str, ...]:
        listed = self._output("status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
        return tuple(entry[3:] for entry in listed.split("\0") if entry)

    def differs(self, path: str) -> bool:
        file = os.path.join(self.root, path)
        converted = self._line("hash-object", f"--path={path}", "--", file) if os.path.isfile(file) else None
        return converted != self._revisions.id(f"HEAD:{path}")

    def ignores(self, path: str) -> bool:
        return self._try("check-ignore", "--quiet", "--", path).returncode == 0

    def is_ancestor(self, old: str, new: str) -> bool:
        if old == new:
            return self._revisions.id(f"{old}^{{commit}}") is not None
        return self._try("merge-base", "--is-ancestor", old, new).returncode == 0

    def same_files(self, one: str, other: str) -> bool:
        trees = [self._revisions.id(f"{rev}^{{tree}}") for rev in (one, other)]
        return trees[0] is not None and trees[0] == trees[1]

    def files_id(self, rev: str) -> str | None:
        return self._revisions.id(f"{rev}^{{tree}}")

    def not_commits(self, ids: Sequence[str]) -> frozenset[str]:
        others = (id for id in ids if self._revisions.id(f"{id}^{{commit}}") is None)
        return frozenset(id for id in others if self._revisions.id(id))

    def changed(self, commit: str) -> tuple[str, ...]:
        return tuple(path for _, path in self._changes(commit))

    def _changes(self, commit: str) -> list[tuple[str, str]]:
        """Return the mode and the id of each file that `commit` changes, separated by a space, and the file's path.

        The mode and the id of a file that it removes consist of zeros.
        """
        fields = ("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", "--raw", "--full-index")
        words = self._output(*fields, f"{commit}^1", commit, "--").split("\0")[:-1]
        entries = zip(words[::2], words[1::2], strict=True)
        return [(f"{details.split(' ')[1]} {details.split(' ')[3]}", path) for details, path in entries]

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        if not commits:
            return frozenset()
        known = self._listed(commits, "--no-walk=unsorted")  # leaves out ids of files and trees, which a tag can have
        return known - self._listed([*commits, f"^{rev}"])

    def _listed(self, revs: Sequence[str], *options: str) -> frozenset[str]:
        stdin = "\n".join([*revs, "--", ""]).encode()
        argv = self._argv("rev-list", *options, "--stdin")
        done = self._run(argv, input=stdin)
        if done.returncode:
            raise command_error(argv, done.returncode, done.stderr.decode(errors="replace"), self._redact)
        return frozenset(done.stdout.decode().split())

    def _forget(self) -> None:
        """Forget the commits that were read: in a shallow clone, the oldest ones seem to have no parents."""
        self._commits.clear()
        self.__dict__.pop("_revisions", None)

    @cached_property
    def _revisions(self) -> Revisions:
        return Revisions(["git", "-C", self.root], self._environment)

    @cached_property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **_ENVIRONMENT, **USUAL_PATHSPECS}

    def _argv(self, *words: str) -> list[str]:
        return ["git", "-C", self.root, "-c", "core.quotePath=false", *words]

    def _try(self, *words: str, cwd: str | None = None) -> subprocess.CompletedProcess[bytes]:
        argv = ["git", "-C", cwd, *words] if cwd else self._argv(*words)
        return self._run(argv, stdin=subprocess.DEVNULL)

    def _run(self, argv: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        limit, options = limits.GIT_LOCAL, {"env": self._environment, **options}
        try:
            return subprocess.run(argv, capture_output=True, check=False, timeout=limit, **options)
        except subprocess.TimeoutExpired:
            what = f"`{' '.join(argv)}` did not end within {limit:g} s"
            raise CommandError(what, argv=argv, hint="run it by hand to see what it waits for") from None
        except FileNotFoundError as error:
            what = f"`git` cannot be used: {error.strerror}"
            raise CommandError(what, argv=argv, hint="install git, then run the same command again") from error

    def _line(self, *words: str) -> str | None:
        """Return the output, without white space around it; None if git fails or prints nothing."""
        done = self._try(*words)
        return done.stdout.decode(errors="replace").strip() or None if done.returncode == 0 else None

    def _output(self, *words: str, empty_status: int = 0) -> str:
        """Return the whole output; raises `CommandError` if git fails.

        `empty_status` is an exit status that is no failure: git uses it if there is nothing to print.
        """
        return self._bytes(*words, empty_status=empty_status).decode("utf-8", "surrogateescape")

    def _bytes(self, *words: str, empty_status: int = 0) -> bytes:
        """Return the whole output, as `_output` does."""
        done = self._try(*words)
        if done.returncode not in (0, empty_status):
            raise command_error(["git", *words], done.returncode, done.stderr.decode(errors="replace"), self._redact)
        return done.stdout


def _declares_version(path: str) -> bool:
    """Return whether the file `path` seems to contain a version; False if there is no such file."""
    try:
        with open(path, "rb") as file:
            return has_version_line(file.read(limits.NESTED_PROBE))
    except OSError:
        return False


def _after(start: str, path: str) -> str:
    """Return the text after `start` in the one-line file `path`; empty if the file does not begin with `start`."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            line = file.read().rstrip("\r\n")
    except OSError:
        return ""
    return line.removeprefix(start) if line.startswith(start) else ""


def _seconds(timestamp: str) -> int:
    """Return a timestamp of git as seconds since the epoch: 0 if git cannot read it, at most the end of year 9999."""
    return min(int(timestamp or 0), _LAST_SECOND)


def _literal(path: str, magic: str = "") -> str:
    """Return the pathspec of the file or directory `path`; the empty path is the root of the repository."""
    return f":({magic}top,literal){path}"


def _range(include: Sequence[str], exclude: Sequence[str]) -> list[str]:
    return [*include, *(f"^{rev}" for rev in exclude), "--"]

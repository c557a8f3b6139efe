"""The port to a clone and its remote."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct, field

from shipit.finding import Finding

EntryKind = Literal["directory", "file", "link", "submodule"]


class TagRef(Struct, frozen=True):
    """A tag of the repository; `commit` is the id of the commit it points at, also when the tag is annotated."""

    name: str
    commit: str
    annotated: bool = False


class RemoteRefs(Struct, frozen=True):
    """The branches and tags of the remote.

    Args:
        branches: commit id by branch name.
        tags: commit id by tag name; for an annotated tag the id of the commit, not of the tag object.
        default: the name of the default branch; None if the remote is empty, and empty if its HEAD names no branch.
        notes: the id of the notes under `NOTES`; None if there are none.
    """

    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    notes: str | None = None


class RemoteUrls(Struct, frozen=True):
    """The URLs of the remote as git uses them, without user name, password or token.

    Args:
        fetch: the URL that git reads from; None if there is no remote.
        push: the URLs that git pushes to, all of them at each push.
    """

    fetch: str | None = None
    push: tuple[str, ...] = ()


NOTES = "refs/notes/shipit"
"""The reference of the git notes that people write for commits whose message is wrong."""


def only_branch(branches: Iterable[str]) -> str | None:
    """Return the default branch of a remote whose HEAD names no branch: its only one, or empty if it has several."""
    names = tuple(branches)
    return next(iter(names), None) if len(names) < 2 else ""


class CommitInfo(Struct, frozen=True):
    """One commit.

    Args:
        parents: the ids of its parents, in git's order.
        message: the whole commit message, which ends with one newline.
        timestamp: the author's time, in seconds since the epoch (UTC).
    """

    id: str
    parents: tuple[str, ...]
    message: str
    timestamp: int


class MergedFiles(Struct, frozen=True):
    """The files of a merge of two commits, which is not made yet.

    Args:
        files: their id.
        conflicts: the paths of the files that both sides changed in the same place, sorted; then no commit can be made.
    """

    files: str
    conflicts: tuple[str, ...] = ()


class Git(Protocol):
    """One local clone, and the remote that its releases are pushed to.

    Paths are relative to the root of the clone. A revision (`rev`) is any name of a commit that git accepts: an id, a
    branch, a tag, `HEAD`. `remote` is the name of the remote in the clone, such as `origin`.
    """

    remote: str

    # reads of the clone
    def head(self) -> str | None:
        """Return the id of the commit that is checked out; None before the first commit."""

    def branch(self) -> str | None:
        """Return the name of the branch that is checked out; None when `HEAD` is detached."""

    def shallow(self) -> bool:
        """Return whether the clone has only a part of the history (`git clone --depth`)."""

    def tags(self) -> tuple[TagRef, ...]:
        """Return all tags of the clone, sorted by name."""

    def tag_message(self, name: str) -> str:
        """Return the message of a tag, or of its commit if the tag is lightweight; empty if there is no such tag."""

    def tag_times(self) -> Mapping[str, int]:
        """Return the time of each tag by its name, in seconds since the epoch (UTC); 0 if git cannot read it.

        It is the time when an annotated tag was made, and that of the commit of a lightweight tag.
        """

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        """Yield the commits reachable from `include` and not from `exclude`, newest first.

        The pieces of bytes, joined, have the format `shipit.core.history.LOG_FORMAT`; a piece can end within a commit.
        A caller that stops early must close the generator: if it is left to the garbage collector, a
        KeyboardInterrupt raised meanwhile is lost.
        """

    def lacking(self, base: str, head: str, exclude: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the ids of the commits of `head` whose changes `base` lacks, newest first, without merges.

        A commit is left out if it is in the history of `base` or of one of `exclude`, or if a commit that only `base`
        has makes the same change, as after a cherry-pick.
        """

    def touching(
        self,
        paths: Sequence[str],
        include: str,
        exclude: Sequence[str] = (),
        also: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> frozenset[str]:
        """Return the ids of the commits in the range that change one of the files and directories `paths`.

        The range is as in `log`, from `include` and the commits `also`. The empty path is the root of the repository.
        A change of one of the files and directories `without` does not count.
        A merge counts if one of `paths` differs from its first parent.
        """

    def commit(self, rev: str) -> CommitInfo | None:
        """Return the commit `rev`; None if the clone has no such commit."""

    def text(self, rev: str, path: str) -> str | None:
        """Return the content of the file `path` in the commit `rev` (UTF-8, surrogateescape); None if there is none."""

    def paths(self, rev: str, directory: str | None = None) -> tuple[str, ...]:
        """Return the paths of all files in the commit `rev`, sorted.

        With `directory` (empty for the root), only those of the files directly in it.
        """

    def entry_kinds(self, rev: str, paths: Sequence[str]) -> Mapping[str, EntryKind]:
        """Return the kind of those of `paths` that exist in the commit `rev`; a path behind a link does not exist."""

    def nested_files(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the paths of the tracked files below the root that have one of `names`, sorted.

        To be fast in most repositories, nothing is returned if one of these files at the root of the working tree has
        a line that begins with a version, such as `version = '1.4.0'` or `"version": "1.4.0"`.
        """

    def dirty(self) -> tuple[str, ...]:
        """Return the paths of the tracked files that differ from `HEAD`."""

    def differs(self, path: str) -> bool:
        """Return whether a commit of the file `path`, as it is in the working tree, would change it or create it.

        The conversions that git makes, such as of line ends, are no difference.
        """

    def ignores(self, path: str) -> bool:
        """Return whether a rule, such as one of `.gitignore`, keeps the untracked file `path` out of commits."""

    def is_ancestor(self, old: str, new: str) -> bool:
        """Return whether `old` is `new` or reachable from it; False if the clone lacks one of the commits."""

    def same_files(self, one: str, other: str) -> bool:
        """Return whether two commits contain the same files; False if the clone lacks one of them."""

    def files_id(self, rev: str) -> str | None:
        """Return the id of the files in the commit `rev`: that of its tree; None if the clone has no such commit."""

    def not_commits(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of `ids` that are files or directories in the clone; a tag can point to them too."""

    def changed(self, commit: str) -> tuple[str, ...]:
        """Return the paths of the files that `commit` changes, adds or removes, compared with its first parent."""

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        """Return those of `commits` that are `rev` or reachable from it."""

    def made(self, commit: str) -> bool:
        """Return whether shipit created this commit in this clone, in this run or an earlier one.

        It is also recognised after a rebase, as long as its changes are the same.
        """

    def notes(self, commits: Sequence[str]) -> Mapping[str, str]:
        """Return the texts of the notes under `NOTES` on those of `commits` that have one, by the id of the commit.

        Both the notes of the clone and those that were fetched last are read, unless one of them contains the other. If
        a commit has a note in both, that of the clone is returned.
        """

    def tracked(self, branch: str) -> str | None:
        """Return the commit of the remote's `branch` as last fetched; None if it was never fetched."""

    # reads of the remote
    def remote_url(self) -> str | None:
        """Return the URL of the remote, without user name, password or token; None if there is no remote."""

    def remote_urls(self) -> RemoteUrls:
        """Return the URLs that git reads from and pushes to."""

    def remote_refs(self) -> RemoteRefs:
        """Return the branches and tags that the remote has now."""

    def has_fetched(self, refs: RemoteRefs) -> bool:
        """Return whether the clone has everything in `refs` as it is there: a fetch would add nothing."""

    def findings(self) -> tuple[Finding, ...]:
        """Return the problems of this clone's set-up that would stop a commit or a push, without writing."""

    def signs(self) -> bool:
        """Return whether git is configured to sign the commits of this clone."""

    # writes to the clone only, which can be undone
    def fetch(self) -> None:
        """Fetch the branches, tags and notes of the remote.

        Changes no branch, no note and no existing tag of the clone itself.
        """

    def deepen(self) -> None:
        """Fetch the missing history of a shallow clone: commits and trees, without file contents."""

    def create_commit(self, paths: Sequence[str], message: str, author: str | None = None) -> str:
        """Commit the files `paths` of the working tree on top of `HEAD` and return the commit's id.

        `author` has the form `Name <email>`; None uses git's configuration.
        """

    def write_files(self, commit: str, files: Mapping[str, str]) -> str:
        """Store the files of `commit` with the texts `files` in place of theirs, by path, and return their id.

        No branch, index or working tree changes.
        """

    def merge_files(self, one: str, other: str) -> MergedFiles:
        """Store the files of a merge of two commits. No branch, index or working tree changes.

        Raises `CommandError` if the commits have no history in common, or git is older than 2.38.
        """

    def commit_files(
        self, files: str, parent: str, message: str, author: str | None = None, *, merged: str | None = None
    ) -> str:
        """Make a commit with the files of the id `files` on top of `parent`, on no branch, and return its id.

        With `merged`, it is a merge of that commit into `parent`.
        """

    def reapply(self, commit: str, onto: str, files: Mapping[str, str]) -> str:
        """Make the change of `commit` again on top of `onto`, with its message and author, and return the new id.

        Each file that `commit` changes gets its content there, or its text in `files`. No branch, index or working
        tree changes.
        """

    def create_tag(self, name: str, commit: str, message: str) -> None:
        """Create an annotated tag; raises `CommandError` if the tag exists."""

    def delete_tag(self, name: str) -> None:
        """Delete a tag of the clone; raises `CommandError` if there is no such tag."""

    def move_branch(self, commit: str, restore: Sequence[str] = ()) -> None:
        """Move the branch, the index and the working tree to `commit`, keeping uncommitted edits.

        Before that, the files `restore` get their content of `HEAD` again, or are removed if `HEAD` lacks them.

        Raises `ConflictError` if another edited file differs between `HEAD` and `commit`.
        """

    def adopt(self, commit: str) -> None:
        """Move the branch and the index to `commit`; the working tree already has its files and is not changed."""

    # writes to the remote, which everyone can see
    def push(self, *, branch: str | None, commit: str, expected: str | None, tags: Sequence[str]) -> None:
        """Push `commit` to `branch`, and `tags`, in one atomic push: all of it or nothing.

        Args:
            branch: the branch of the remote; None pushes the tags only.
            expected: the commit that the remote's branch must still have; None if it must not exist.

        Raises `BranchMoved` if the branch has another commit, `ConflictError` if a tag exists on another commit, and
        `AuthError` or `RemoteError` for other failures.
        """

    def delete_branch(self, name: str, expected: str) -> None:
        """Delete the branch `name` of the remote, which must still be at the commit `expected`.

        Raises the same errors as `push`.
        """

    def move_tag(self, name: str, commit: str) -> None:
        """Point the lightweight tag `name` at `commit`, in the clone and on the remote; creates or replaces it."""

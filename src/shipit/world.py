"""The ports: the interfaces through which shipit reads and changes everything outside its own process.

The adapters (`shipit.adapters`) implement them with git, GitHub, docker and files. `shipit.testing` implements them in
memory. The same contract tests (tests/contracts) run over both.
Every method is either a read, which changes nothing, or a write; comments mark the groups.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from shipit.core.write_back import WriteBack
from shipit.finding import Finding

if TYPE_CHECKING:
    from shipit.core.images import Build
    from shipit.core.notes.links import Links


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
        default: the name of the default branch; None if the remote is empty.
    """

    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None


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


class Git(Protocol):
    """One local clone, and the remote that its releases are pushed to.

    Paths are relative to the root of the clone. A revision (`rev`) is any name of a commit that git accepts: an id, a
    branch, a tag, `HEAD`.
    """

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

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        """Yield the commits reachable from `include` and not from `exclude`, newest first.

        The pieces of bytes, joined, have the format `shipit.core.history.LOG_FORMAT`; a piece can end within a commit.
        A caller that stops early must close the generator: if it is left to the garbage collector, a
        KeyboardInterrupt raised meanwhile is lost.
        """

    def touching(self, path: str, include: str, exclude: Sequence[str] = ()) -> frozenset[str]:
        """Return the ids of the commits in the range that change the file or directory `path`.

        The range is as in `log`. A merge counts if `path` differs from its first parent.
        """

    def commit(self, rev: str) -> CommitInfo | None:
        """Return the commit `rev`; None if the clone has no such commit."""

    def text(self, rev: str, path: str) -> str | None:
        """Return the content of the file `path` in the commit `rev` (UTF-8, surrogateescape); None if there is none."""

    def paths(self, rev: str) -> tuple[str, ...]:
        """Return the paths of all files in the commit `rev`, sorted."""

    def dirty(self) -> tuple[str, ...]:
        """Return the paths of the tracked files that differ from `HEAD`."""

    def is_ancestor(self, old: str, new: str) -> bool:
        """Return whether `old` is `new` or reachable from it; False if the clone lacks one of the commits."""

    def same_files(self, one: str, other: str) -> bool:
        """Return whether two commits contain the same files; False if the clone lacks one of them."""

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        """Return those of `commits` that are `rev` or reachable from it."""

    def made(self, commit: str) -> bool:
        """Return whether shipit created this commit in this clone, in this run or an earlier one."""

    def tracked(self, branch: str) -> str | None:
        """Return the commit of the remote's `branch` as last fetched; None if it was never fetched."""

    # reads of the remote
    def remote_url(self) -> str | None:
        """Return the URL of the remote, without user name, password or token; None if there is no remote."""

    def remote_refs(self) -> RemoteRefs:
        """Return the branches and tags that the remote has now."""

    def findings(self) -> tuple[Finding, ...]:
        """Return the problems of this clone's set-up that would stop a commit or a push, without writing."""

    # writes to the clone only, which can be undone
    def fetch(self) -> None:
        """Fetch the branches and tags of the remote; moves no local branch and no existing tag."""

    def deepen(self) -> None:
        """Fetch the missing history of a shallow clone: commits and trees, without file contents."""

    def create_commit(self, paths: Sequence[str], message: str, author: str | None = None) -> str:
        """Commit the files `paths` of the working tree on top of `HEAD` and return the commit's id.

        `author` has the form `Name <email>`; None uses git's configuration.
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

    def move_tag(self, name: str, commit: str) -> None:
        """Point the lightweight tag `name` at `commit`, in the clone and on the remote; creates or replaces it."""


class Asset(Struct, frozen=True):
    """A file attached to a release.

    Args:
        size: in bytes.
        digest: `sha256:<hex>`; None if the forge does not report it.
    """

    name: str
    size: int
    digest: str | None = None


class ForgeRelease(Struct, frozen=True):
    """A release on the forge; `body` is Markdown, `url` is its web page."""

    tag: str
    title: str
    body: str
    draft: bool
    prerelease: bool
    url: str
    assets: tuple[Asset, ...] = ()


class Forge(Protocol):
    """The place where releases are published: GitHub, or local files if the remote is not on GitHub.

    Every creation is idempotent: if the object exists with the same content, it is returned and not created again; if
    its content differs, `ConflictError` is raised.

    `shared` is whether other clones see its releases. If not, a release that is missing here may exist in another one.
    """

    name: str
    shared: bool

    # reads
    def links(self) -> Links | None:
        """Return the web addresses of commits, issues and releases; None if there is no web page for them."""

    def find_release(self, tag: str) -> ForgeRelease | None:
        """Return the release of `tag`, published or draft; None if there is none."""

    def findings(self, write_back: WriteBack) -> tuple[Finding, ...]:
        """Return the reasons why this forge or its token cannot make a release, without writing.

        `write_back` is the setting `release.write-back`.
        """

    def find_comment(self, number: int, mark: str) -> str | None:
        """Return the text of the comment that begins with `mark` on an issue or pull request; None if there is none.

        Comments by users who cannot write to the repository are ignored, because they could imitate shipit's.
        """

    def labels(self, number: int) -> frozenset[str]:
        """Return the labels of an issue or pull request."""

    # writes
    def create_draft(self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None) -> ForgeRelease:
        """Create a draft release, or update the draft that exists for `tag`; a published release must be the same.

        `branch` is the branch on which a forge makes the tag if it is missing; None for the default branch.
        """

    def upload_asset(self, tag: str, path: str) -> Asset:
        """Attach the file `path` to the release of `tag`; in a draft, it replaces a file of the same name."""

    def publish(self, tag: str, *, latest: bool) -> ForgeRelease:
        """Publish the draft of `tag`; `latest` marks it as the latest release, unless it is a pre-release."""

    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        """Commit `files` (content by path) on top of `parent`, move `branch` to the commit, and return its id.

        Raises `BranchMoved` if `branch` is neither at `parent` nor at this same commit.
        """

    def create_tag(self, name: str, commit: str, message: str) -> None:
        """Create an annotated tag on the forge; raises `ConflictError` if the tag is on another commit."""

    def keep_comment(self, number: int, mark: str, text: str) -> None:
        """Replace the text of the comment that begins with `mark`, or add the comment; `text` begins with `mark`."""

    def add_label(self, number: int, label: str) -> None:
        """Add a label to an issue or pull request; nothing changes if it has the label."""


class Files(Protocol):
    """The working tree. Paths are relative to its root.

    Text is UTF-8 with surrogateescape, and line ends are not translated, so that any bytes survive a read and a write.
    """

    # reads
    def read(self, path: str) -> str | None:
        """Return the content of a file; None if there is no such file."""

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file's bytes, in hexadecimal; None if there is no such file."""

    def size(self, path: str) -> int:
        """Return the size of a file, in bytes."""

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Return the paths of the files that match, sorted; `**` matches any number of directories."""

    def wrote(self, path: str) -> bool:
        """Return whether the file's content is one that shipit wrote in this clone, in this run or an earlier one."""

    # writes
    def write(self, path: str, text: str) -> None:
        """Replace a file atomically, or create it with its directories."""


class Process(Protocol):
    """The commands that the user configured (`prepare`, `build`)."""

    def ran(self, key: str) -> bool:
        """Return whether `run` succeeded for `key` in this process."""

    # writes
    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None:
        """Run a shell command in the repository and record its success under `key`.

        Args:
            timeout: in seconds.
            env: environment variables to add to those of this process.

        Raises `CommandError` if the command fails or takes longer than `timeout`.
        """


class LocalImage(Struct, frozen=True):
    """An image in the local engine; `id` is the digest of its configuration."""

    id: str
    labels: Mapping[str, str] = field(default_factory=dict)


class RemoteImage(Struct, frozen=True):
    """An image in a registry; `digest` is that of its manifest, or of its index if it has several platforms."""

    digest: str
    labels: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """The container engine, such as docker, which builds images and pushes them. References are `name:tag`."""

    # reads
    def builder(self) -> str:
        """Return the name of the builder, to show to users: BuildKit, or the engine's classic builder."""

    def find(self, reference: str) -> LocalImage | None:
        """Return the local image with this reference; None if there is none."""

    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        """Return the reasons why these builds cannot succeed: no engine, or an engine that lacks a feature."""

    # writes
    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        """Build an image and tag it locally as `reference`.

        Raises `CommandError` if the build fails or takes longer than `timeout` seconds.
        """

    def push(self, reference: str) -> str:
        """Push a local image to its registry, first the layers and then the tag, and return its manifest's digest.

        Raises `AuthError` or `RemoteError` if the registry does not accept it.
        """


class Registry(Protocol):
    """All container registries; the reference selects one. References are `name:tag` or `name@digest`."""

    # reads
    def find(self, reference: str) -> RemoteImage | None:
        """Return the image with this reference; None if the registry has none."""

    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        """Return the reasons why a push to these repositories (`registry/path`) would fail, without writing."""

    # writes
    def tag(self, reference: str, digest: str) -> None:
        """Point the tag `reference` at the manifest `digest` of the same repository."""

    def copy(self, source: str, reference: str) -> str:
        """Copy the image `source` with its layers to `reference` and return its digest.

        `source` is `name@digest`, on the same registry as `reference`.
        """


Transfer = Callable[[str, int, int], None]
"""Callback for the progress of a push: a layer's id, its bytes sent so far, its bytes in total."""


class Clock(Protocol):
    """The source of the current date."""

    def today(self) -> dt.date:
        """Return the current date in UTC."""


class World(Struct, frozen=True):
    """All ports together: the argument of observe, check and apply."""

    git: Git
    forge: Forge
    files: Files
    process: Process
    clock: Clock
    engine: Engine
    registry: Registry

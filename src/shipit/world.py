"""The ports: everything shipit sees of, and does to, the outside, as small Protocols.

Adapters implement them for real; `shipit.testing` has fakes held to the same contract tests.
Every method is either a read (no effect at all) or a write (marked so), never both.
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
    """A tag of the repository: its name, the commit it leads to, and whether it is annotated."""

    name: str
    commit: str
    annotated: bool = False


class RemoteRefs(Struct, frozen=True):
    """What the remote holds: branch name to commit, tag name to (peeled) commit, its default branch."""

    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None


class CommitInfo(Struct, frozen=True):
    """One commit as stored: parents in order, the author's time in seconds since the epoch (UTC)."""

    id: str
    parents: tuple[str, ...]
    message: str
    timestamp: int


class Git(Protocol):
    """One local repository and the one remote it is released to. Paths are relative to its root."""

    # reads, local
    def head(self) -> str | None: ...  # commit id; None before the first commit
    def branch(self) -> str | None: ...  # None when detached
    def shallow(self) -> bool: ...
    def tags(self) -> tuple[TagRef, ...]: ...
    def tag_message(self, name: str) -> str: ...
    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        """Commits reachable from `include` and not from `exclude`, newest first, in `core.log.FORMAT`.

        Who stops before the end closes it: where it is left to be collected, an interrupt is lost.
        """

    def touching(self, path: str, include: str, exclude: Sequence[str] = ()) -> frozenset[str]:
        """Ids of the commits in that range that touch `path`; merges where it differs from their first parent."""

    def commit(self, rev: str) -> CommitInfo | None: ...
    def text(self, rev: str, path: str) -> str | None: ...  # a file as committed at rev; surrogateescape
    def paths(self, rev: str) -> tuple[str, ...]: ...  # every file committed at rev
    def dirty(self) -> tuple[str, ...]: ...  # tracked files that differ from HEAD
    def is_ancestor(self, old: str, new: str) -> bool: ...
    def same_files(self, one: str, other: str) -> bool: ...  # not so where one of the commits is unknown here
    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]: ...  # those of `commits` behind `rev`
    def made(self, commit: str) -> bool: ...  # whether shipit made it in this clone, in this run or before
    def tracked(self, branch: str) -> str | None: ...  # the remote's branch as last fetched

    # reads, remote
    def remote_url(self) -> str | None: ...  # without user, password or token
    def remote_refs(self) -> RemoteRefs: ...
    def findings(self) -> tuple[Finding, ...]:
        """What in this clone's set-up would stop a commit or a push, found without writing."""

    # writes, local and to be undone freely
    def fetch(self) -> None: ...  # branches and tags of the remote, without moving a local branch
    def deepen(self) -> None: ...  # the whole history, without file contents
    def create_commit(self, paths: Sequence[str], message: str, author: str | None = None) -> str: ...
    def create_tag(self, name: str, commit: str, message: str) -> None: ...
    def delete_tag(self, name: str) -> None: ...
    def move_branch(self, commit: str, restore: Sequence[str] = ()) -> None:
        """Bring branch, index and files to `commit` after putting `restore` back as in HEAD; keeps other edits.

        Raises `ConflictError` when one of those is in the way.
        """

    def adopt(self, commit: str) -> None:
        """Point branch and index at `commit`, whose files the working tree holds already."""

    # the write that everybody sees
    def push(self, *, branch: str | None, commit: str, expected: str | None, tags: Sequence[str]) -> None:
        """One atomic push of `commit` to `branch` and of `tags`; `expected` is what the branch must still be.

        Raises `BranchMoved` when the branch is no longer there, `AuthError`, `CommandError`.
        """

    def move_tag(self, name: str, commit: str) -> None:
        """Make the lightweight tag `name` lead to `commit`, here and on the remote, wherever it was before."""


class Asset(Struct, frozen=True):
    """A file attached to a release; size in bytes; digest `sha256:<hex>` where the forge tells it."""

    name: str
    size: int
    digest: str | None = None


class ForgeRelease(Struct, frozen=True):
    """A release as the forge holds it."""

    tag: str
    title: str
    body: str
    draft: bool
    prerelease: bool
    url: str
    assets: tuple[Asset, ...] = ()


class Forge(Protocol):
    """Where releases are announced: GitHub, or files beside the remote when it is not GitHub.

    `shared` says whether other clones see its releases: where not, one that is missing here may have been made there.

    Every creation is idempotent: a thing that exists already with the same content is returned, not made
    twice; with other content it raises `ConflictError`.
    """

    name: str
    shared: bool

    # reads
    def links(self) -> Links | None: ...
    def find_release(self, tag: str) -> ForgeRelease | None: ...  # drafts included
    def findings(self, write_back: WriteBack) -> tuple[Finding, ...]:
        """What this forge and token cannot do for a release, asked without writing."""

    def find_comment(self, number: int, mark: str) -> str | None:
        """The text of the comment on a pull request or an issue that begins with `mark`.

        One by somebody who may not write to the repository is not taken for it.
        """

    def labels(self, number: int) -> frozenset[str]: ...

    # writes
    def create_draft(
        self, *, tag: str, title: str, body: str, prerelease: bool, branch: str | None
    ) -> ForgeRelease: ...
    def upload_asset(self, tag: str, path: str) -> Asset: ...
    def publish(self, tag: str, *, latest: bool) -> ForgeRelease: ...
    def create_commit(self, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
        """Commit `files` on top of `parent` and move `branch` there; `BranchMoved` when it is not at `parent`."""

    def create_tag(self, name: str, commit: str, message: str) -> None: ...
    def keep_comment(self, number: int, mark: str, text: str) -> None:
        """Make `text` the text of the comment that begins with `mark`, as `text` does; make one where there is none."""

    def add_label(self, number: int, label: str) -> None: ...


class Files(Protocol):
    """The working tree. Text is UTF-8 with surrogateescape and untranslated line ends: bytes survive."""

    def read(self, path: str) -> str | None: ...  # None when there is no such file
    def digest(self, path: str) -> str | None: ...  # sha256 hex of the bytes
    def size(self, path: str) -> int: ...
    def glob(self, pattern: str) -> tuple[str, ...]: ...
    def wrote(self, path: str) -> bool: ...  # whether its text is one that shipit wrote here, in this run or before
    def write(self, path: str, text: str) -> None: ...  # write, atomic: temporary file, fsync, rename


class Process(Protocol):
    """Commands the user configured."""

    def ran(self, key: str) -> bool: ...  # whether run(key=...) succeeded within this World's life
    def run(self, key: str, command: str, *, timeout: float, env: Mapping[str, str] = {}) -> None: ...  # write; seconds


class LocalImage(Struct, frozen=True):
    """An image that the engine holds; `id` is the digest of its configuration."""

    id: str
    labels: Mapping[str, str] = field(default_factory=dict)


class RemoteImage(Struct, frozen=True):
    """An image that a registry holds; `digest` is that of its manifest, or of its index of several platforms."""

    digest: str
    labels: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """The container engine: where images are built and pushed from. References are `name:tag`."""

    # reads
    def builder(self) -> str: ...  # what builds, for people: BuildKit, or the engine's classic builder
    def find(self, reference: str) -> LocalImage | None: ...
    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        """What stands in the way of these builds: no engine, or one that cannot do what they ask for."""

    # writes
    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        """Build and keep under `reference`, at most `timeout` seconds; raises `CommandError`."""

    def push(self, reference: str) -> str:
        """Push what is kept under `reference`: its content, then the tag. The digest of the manifest.

        Raises `AuthError`, `RemoteError`.
        """


class Registry(Protocol):
    """Registries, each asked for itself. References are `name:tag` or `name@digest`."""

    # reads
    def find(self, reference: str) -> RemoteImage | None: ...
    def findings(self, names: Sequence[str]) -> tuple[Finding, ...]:
        """What stands in the way of pushing to these repositories, found without writing."""

    # writes
    def tag(self, reference: str, digest: str) -> None:
        """Make the tag `reference` lead to the manifest `digest` of the same repository."""

    def copy(self, source: str, reference: str) -> str:
        """Make the tag `reference` lead to the manifest `source`, with all it needs; the digest.

        `source` is `name@digest` on the same registry.
        """


# Called with the progress of pushing an image: a layer's id, bytes sent so far, bytes in all.
Transfer = Callable[[str, int, int], None]


class Clock(Protocol):
    def today(self) -> dt.date: ...  # UTC


class World(Struct, frozen=True):
    """All ports together; what observe, check and apply are given."""

    git: Git
    forge: Forge
    files: Files
    process: Process
    clock: Clock
    engine: Engine
    registry: Registry

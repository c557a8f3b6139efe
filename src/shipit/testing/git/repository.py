"""A git clone in memory, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Mapping, Sequence

from shipit.core.versions import has_version_line
from shipit.errors import CommandError, ConflictError
from shipit.finding import Finding
from shipit.testing.files import FakeFiles
from shipit.testing.git.objects import PERSON, Commits, FakeCommit, FakeTag, with_changes
from shipit.testing.git.remote import FakeRemote
from shipit.world import CommitInfo, EntryKind, MergedFiles, RemoteRefs, RemoteUrls, TagRef


class FakeGit:
    """A clone of `remote` with the working tree `files`; it has the remote's branches only after `fetch`.

    A revision is `HEAD`, a branch or a tag, short or in full (`refs/tags/v1.0.0`), or a commit id of at least four
    digits. `problems` are the findings that it reports, `push_urls` are the URLs that a push would go to if they are
    not that of the remote, `signing` is whether it signs, and `remote` is the name of the remote; a test can set them.

    Args:
        branch: the branch that is checked out; None if `HEAD` is detached.
    """

    def __init__(self, remote: FakeRemote, files: FakeFiles, branch: str | None = "main") -> None:
        self.remote = "origin"
        self.problems: tuple[Finding, ...] = ()
        self.push_urls: tuple[str, ...] = ()
        self.signing = False
        self._remote = remote
        self._files = files
        self._branch = branch
        self._detached: str | None = None
        self._commits = Commits()
        self._branches: dict[str, str] = {}
        self._tracked: dict[str, str] = {}
        self._tags: dict[str, FakeTag] = {}
        self._notes: dict[str, str] = {}
        self._made: set[str] = set()
        self._stored: dict[str, Mapping[str, bytes]] = {}  # files by their id

    # -- reads, local

    def head(self) -> str | None:
        return self._detached if self._branch is None else self._branches.get(self._branch)

    def branch(self) -> str | None:
        return self._branch

    def shallow(self) -> bool:
        return bool(self._commits.cut)

    def tags(self) -> tuple[TagRef, ...]:
        return tuple(TagRef(name, tag.commit, tag.message is not None) for name, tag in sorted(self._tags.items()))

    def made(self, commit: str) -> bool:
        return commit in self._made

    def tag_message(self, name: str) -> str:
        tag = self._tags.get(name)
        if tag is None:
            return ""
        return tag.message or self._commits.held[tag.commit].message

    def tag_times(self) -> dict[str, int]:
        return {
            name: tag.timestamp if tag.message is not None else self._commits.held[tag.commit].timestamp
            for name, tag in sorted(self._tags.items())
        }

    def log(self, include: Sequence[str], exclude: Sequence[str] = ()) -> Generator[bytes]:
        for commit in self._range(include, exclude):
            yield commit.record(self._commits.parents(commit.id))

    def lacking(self, base: str, head: str, exclude: Sequence[str] = ()) -> tuple[str, ...]:
        copies = {self._commits.change(commit) for commit in self._range([base], [head])}
        return tuple(
            commit.id
            for commit in self._range([head], [base, *exclude])
            if len(commit.parents) < 2 and self._commits.change(commit) not in copies
        )

    def touching(
        self,
        paths: Sequence[str],
        include: str,
        exclude: Sequence[str] = (),
        also: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> frozenset[str]:
        touches, commits = self._commits.touches, self._range([include, *also], exclude)
        return frozenset(commit.id for commit in commits if any(touches(commit, path, without) for path in paths))

    def commit(self, rev: str) -> CommitInfo | None:
        id = self._find(rev)
        if id is None:
            return None
        commit = self._commits.held[id]
        return CommitInfo(id, self._commits.parents(id), commit.message.rstrip("\n") + "\n", commit.timestamp)

    def text(self, rev: str, path: str) -> str | None:
        data = self._tree(self._find(rev)).get(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def paths(self, rev: str, directory: str | None = None) -> tuple[str, ...]:
        paths = sorted(self._tree(self._require(rev)))
        return tuple(path for path in paths if directory is None or path.rpartition("/")[0] == directory)

    def entry_kinds(self, rev: str, paths: Sequence[str]) -> dict[str, EntryKind]:
        tree = self._tree(self._require(rev))
        above = (each for each in paths if any(path.startswith(f"{each}/") for path in tree))
        directories: dict[str, EntryKind] = dict.fromkeys(above, "directory")
        return {**directories, **dict.fromkeys((path for path in paths if path in tree), "file")}

    def nested_files(self, names: Sequence[str]) -> tuple[str, ...]:
        if any(has_version_line(self._files.held.get(name, b"")) for name in names):
            return ()
        below = (path for path in self._tree(self.head()) if "/" in path)
        return tuple(sorted(path for path in below if path.rpartition("/")[2] in names))

    def dirty(self) -> tuple[str, ...]:
        tree = self._tree(self.head())
        return tuple(sorted(path for path in tree if self._files.held.get(path) != tree[path]))

    def differs(self, path: str) -> bool:
        return self._files.held.get(path) != self._tree(self.head()).get(path)

    def ignores(self, path: str) -> bool:
        """Return whether `.gitignore` has the line `path`; patterns are not supported."""
        rules = self._files.held.get(".gitignore", b"").decode().splitlines()
        return path in rules and path not in self._tree(self.head())

    def same_files(self, one: str, other: str) -> bool:
        first, second = self._find(one), self._find(other)
        return None not in (first, second) and self._tree(first) == self._tree(second)

    def files_id(self, rev: str) -> str | None:
        id = self._find(rev)
        return None if id is None else self._store(self._tree(id))

    def not_commits(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(ids) & self._stored.keys()

    def changed(self, commit: str) -> tuple[str, ...]:
        before = self._tree(self._commits.held[commit].parents[0])
        after = self._tree(commit)
        return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))

    def is_ancestor(self, old: str, new: str) -> bool:
        ancestor, descendant = self._find(old), self._find(new)
        if ancestor is None or descendant is None:
            return False
        return ancestor in self._commits.reachable([descendant])

    def reachable(self, rev: str, commits: Sequence[str]) -> frozenset[str]:
        return frozenset(commits) & self._commits.reachable([self._require(rev)])

    def tracked(self, branch: str) -> str | None:
        return self._tracked.get(branch)

    def notes(self, commits: Sequence[str]) -> dict[str, str]:
        return {id: self._notes[id] for id in commits if id in self._notes}

    # -- reads, remote

    def remote_url(self) -> str | None:
        return self._remote.url

    def remote_urls(self) -> RemoteUrls:
        return RemoteUrls(self._remote.url, self.push_urls or (self._remote.url,))

    def remote_refs(self) -> RemoteRefs:
        return self._remote.refs

    def has_fetched(self, refs: RemoteRefs) -> bool:
        tags = {tag.name: tag.commit for tag in self.tags()}
        has_notes = self._notes == self._remote.notes
        return has_notes and refs.branches.items() <= self._tracked.items() and refs.tags.items() <= tags.items()

    def findings(self) -> tuple[Finding, ...]:
        """Return `problems`."""
        return self.problems

    def signs(self) -> bool:
        """Return `signing`."""
        return self.signing

    # -- writes, local

    def fetch(self) -> None:
        commits, tips = self._remote.commits, (tag.commit for tag in self._remote.tags.values())
        self._commits.held |= {
            id: commits.held[id] for id in commits.reachable([*self._remote.branches.values(), *tips])
        }
        self._tracked |= self._remote.branches
        self._tags = self._remote.tags | self._tags
        self._notes = dict(self._remote.notes)

    def deepen(self) -> None:
        self._commits.cut = frozenset()
        self.fetch()

    def create_commit(
        self, paths: Sequence[str], message: str, author: str | None = None, *, by_hand: bool = False
    ) -> str:
        """Commit as shipit, or, with `by_hand`, as a user: then `made` is False for the commit."""
        head = self.head()
        old = self._tree(head)
        tree = {path: data for path, data in old.items() if path not in paths}
        tree |= {path: self._files.held[path] for path in paths if path in self._files.held}
        if tree == old or not tree.keys() | old.keys() >= set(paths):
            raise _failed("commit", "nothing to commit, or no such file")
        parents = (head,) if head else ()
        made = FakeCommit(tree, parents, message, self._remote.clock.tick(), author or PERSON)
        id = self._point(self._commits.add(made))
        self._made.update([] if by_hand else [id])
        return id

    def write_files(self, commit: str, files: Mapping[str, str]) -> str:
        texts = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
        return self._store({**self._tree(self._require(commit)), **texts})

    def merge_files(self, one: str, other: str) -> MergedFiles:
        fork = self._commits.fork(self._require(one), self._require(other))
        if fork is None:
            raise _failed("merge-tree", "fatal: refusing to merge unrelated histories")
        tree, conflicts = with_changes(self._tree(self._find(one)), self._tree(fork), self._tree(self._find(other)))
        return MergedFiles(self._store(tree), conflicts)

    def commit_files(
        self, files: str, parent: str, message: str, author: str | None = None, *, merged: str | None = None
    ) -> str:
        parents = (parent, merged) if merged else (parent,)
        made = FakeCommit(self._stored[files], parents, message, self._remote.clock.tick(), author or PERSON)
        return self._commits.add(made)

    def reapply(self, commit: str, onto: str, files: Mapping[str, str]) -> str:
        there, tree = self._commits.held[commit], dict(self._tree(self._require(onto)))
        for path in self.changed(commit):
            tree.pop(path, None)
            tree |= {path: there.tree[path]} if path in there.tree else {}
        tree |= {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
        return self._commits.add(FakeCommit(tree, (onto,), there.message, self._remote.clock.tick(), there.author))

    def create_tag(self, name: str, commit: str, message: str) -> None:
        if name in self._tags:
            raise _failed("tag", f"fatal: tag '{name}' already exists")
        self._tags[name] = FakeTag(self._require(commit), message, self._remote.clock.tick())

    def delete_tag(self, name: str) -> None:
        if self._tags.pop(name, None) is None:
            raise _failed("tag", f"error: tag '{name}' not found.")

    def move_branch(self, commit: str, restore: Sequence[str] = ()) -> None:
        old, new = self._tree(self.head()), self._tree(self._require(commit))
        self._put(old, restore)
        changed = [path for path in old.keys() | new.keys() if old.get(path) != new.get(path)]
        if any(self._files.held.get(path) != old.get(path) for path in changed):
            hint = "git commit -a, or git stash, then run the same command again"
            raise ConflictError(f"uncommitted changes prevent moving the branch to `{commit[:10]}`", hint=hint)
        self._put(new, changed)
        self._point(self._require(commit))

    def adopt(self, commit: str) -> None:
        self._point(self._require(commit))

    # -- writes, remote

    def push(self, *, branch: str | None, commit: str, expected: str | None, tags: Sequence[str]) -> None:
        pushed = {name: self._tags[name] for name in tags}
        self._remote.receive(self._commits, branch=branch, commit=commit, expected=expected, tags=pushed)
        if branch is not None:
            self._tracked[branch] = commit

    def delete_branch(self, name: str, expected: str) -> None:
        self._remote.delete_branch(name, expected)
        self._tracked.pop(name, None)

    def move_tag(self, name: str, commit: str) -> None:
        self.tag(name, commit)
        self._remote.move_tag(self._commits, name, self._tags[name])

    # -- actions of users, for the set-up of a test

    def check_out(self, branch: str | None, commit: str) -> None:
        """Check out `branch` (None: detached `HEAD`) at `commit`; the working tree then has exactly its files."""
        self._branch = branch
        self._point(self._require(commit))
        self._files.held.clear()
        self._files.held.update(self._tree(commit))

    def tag(self, name: str, commit: str = "HEAD") -> None:
        """Create or move a lightweight tag in the clone."""
        self._tags[name] = FakeTag(self._require(commit))

    def cut(self, depth: int) -> None:
        """Make the clone shallow: only the `depth` newest commits from `HEAD` on remain visible."""
        edge = {self._require("HEAD")}
        for _ in range(depth - 1):
            edge = {parent for id in edge for parent in self._commits.parents(id)}
        self._commits.cut = frozenset(id for id in edge if self._commits.parents(id))

    def merge(self, other: str, message: str, tree: Mapping[str, bytes] | None = None) -> str:
        """Commit the merge of `other` into `HEAD` and return its id.

        `tree` has its files, bytes by path; None takes the files of both sides, and for a conflict that of `HEAD`.
        """
        head = self._require("HEAD")
        files = {**self._tree(self._require(other)), **self._tree(head)} if tree is None else tree
        parents = (head, self._require(other))
        made = self._commits.add(FakeCommit(files, parents, message, self._remote.clock.tick()))
        self.check_out(self._branch, made)
        return made

    # -- internal

    def _range(self, include: Sequence[str], exclude: Sequence[str]) -> Iterator[FakeCommit]:
        return self._commits.newest_first(map(self._require, include), map(self._require, exclude))

    def _tree(self, id: str | None) -> Mapping[str, bytes]:
        return self._commits.held[id].tree if id else {}

    def _store(self, tree: Mapping[str, bytes]) -> str:
        id = hashlib.sha1(repr(sorted(tree.items())).encode(), usedforsecurity=False).hexdigest()
        self._stored[id] = tree
        return id

    def _point(self, id: str) -> str:
        if self._branch is None:
            self._detached = id
        else:
            self._branches[self._branch] = id
        return id

    def _put(self, tree: Mapping[str, bytes], paths: Sequence[str]) -> None:
        """Give `paths` in the working tree their content of `tree`; remove those that `tree` lacks."""
        for path in paths:
            self._files.held.pop(path, None)
        self._files.held.update((path, tree[path]) for path in paths if path in tree)

    def _find(self, rev: str) -> str | None:
        if rev == "HEAD":
            return self.head()
        for name, id in self._refs():
            if rev in (name, name.split("/", 2)[2]):
                return id
        found = [id for id in self._commits.held if id.startswith(rev)]
        return found[0] if len(rev) >= 4 and len(found) == 1 else None

    def _refs(self) -> Iterator[tuple[str, str]]:
        yield from ((f"refs/tags/{name}", tag.commit) for name, tag in self._tags.items())
        yield from ((f"refs/heads/{name}", id) for name, id in self._branches.items())
        yield from ((f"refs/remotes/origin/{name}", id) for name, id in self._tracked.items())

    def _require(self, rev: str) -> str:
        found = self._find(rev)
        if found is None:
            raise _failed("rev-parse", f"fatal: bad revision '{rev}'")
        return found


def _failed(command: str, output: str) -> CommandError:
    return CommandError(f"`git {command}` failed", argv=["git", command], status=128, tail=output)

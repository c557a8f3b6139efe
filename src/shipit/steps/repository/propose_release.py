"""The step that commits a release to the branch of its pull request, below the commits of people on that branch."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.commits.text.proposal import Trailers, proposal_message, trailers_of
from shipit.core.commits.text.release_message import release_message, subject_of
from shipit.errors import BranchMoved
from shipit.steps.base import Done, Outputs, Todo
from shipit.steps.repository.release_commit import ReleaseCommit
from shipit.world import CommitInfo, World


class ProposedFile(Struct, frozen=True):
    """The file `path` with its new text; `diff` are the changed lines, for people."""

    path: str
    text: str
    diff: tuple[str, ...] = ()


class KeptEdit(Struct, frozen=True):
    """A commit of a person to make again; `texts` are the files that have to be merged with the release, by path."""

    commit: str
    subject: str
    texts: dict[str, str]


class ProposeRelease(Struct, frozen=True):
    """Commit `files` on top of `commit.parent`, and force the branch `commit.branch` of the pull request to it.

    `expected` is the commit that the branch on the remote must still be at; None if there must be no such branch.
    `edits` are made again on top of the commit. `body` is the body of its message: the release notes. `counted` is the
    digest of the commits that count for the release. `requested` are the footers `Release-As` of people on the branch.
    """

    kind: ClassVar[str] = "propose-release"
    public: ClassVar[bool] = True
    commit: ReleaseCommit
    body: str
    files: tuple[ProposedFile, ...]
    counted: str
    expected: str | None = None
    edits: tuple[KeptEdit, ...] = ()
    requested: tuple[str, ...] = ()
    author: str | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.commit.branch}"

    @property
    def summary(self) -> str:
        kept = f", and keep {len(self.edits)} {'edit' if len(self.edits) == 1 else 'edits'}" if self.edits else ""
        return f"commit {self.commit.subject} to {self.commit.branch}{kept}"

    def check(self, world: World) -> Done | Todo:
        head = world.git.remote_refs().branches.get(self.commit.branch or "")
        is_merged = head is not None and world.git.is_ancestor(head, self.commit.parent)
        found = self._proposal(head, world) if head and not is_merged else None
        if found and self._is_current(found, world):
            return Done({"commit": found.id})
        if head != self.expected:
            raise BranchMoved(
                f"`{self.commit.branch}` moved on the remote during this run",
                hint="run the same command again: it makes a new plan",
            )
        return Todo()

    def _proposal(self, head: str, world: World) -> CommitInfo | None:
        """Return the commit of shipit on the branch, below the commits of people; None if there is none."""
        commit = world.git.commit(head)
        for _ in range(limits.PROPOSAL_EDITS):
            trailers = trailers_of(commit.message) if commit else None
            if commit and trailers and world.git.files_id(commit.id) == trailers.files:
                return commit
            commit = world.git.commit(commit.parents[0]) if commit and commit.parents else None
        return None

    def _is_current(self, found: CommitInfo, world: World) -> bool:
        """Return whether `found` has the subject and the files that this step would commit."""
        trailers = trailers_of(found.message)
        return (
            trailers is not None
            and (subject_of(found.message), trailers.counted) == (self.commit.subject, self.counted)
            and world.git.same_files(found.parents[0], self.commit.parent)
            and all(world.git.text(found.id, file.path) == file.text for file in self.files)
        )

    def apply(self, world: World) -> Outputs:
        status = self.check(world)
        if isinstance(status, Done):
            return status.outputs
        parent = self.commit.parent
        files = world.git.write_files(parent, {file.path: file.text for file in self.files})
        message = release_message(self.commit.subject or "", self.body, self.commit.releases)
        message = proposal_message(message, Trailers(parent, files, self.counted))
        message += "".join(f"Release-As: {each}\n" for each in self.requested)
        made = head = world.git.commit_files(files, parent, message, self.author)
        for edit in self.edits:
            head = world.git.reapply(edit.commit, head, edit.texts)
        world.git.push(branch=self.commit.branch, commit=head, expected=self.expected, tags=())
        return {"commit": made}

"""The step that commits a release to the branch of its pull request, below the commits of people on that branch."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from msgspec import Struct

from shipit.core import limits
from shipit.core.commits.text.proposal import Trailers, proposal_message, trailers_of
from shipit.core.commits.text.release_message import release_message, subject_of
from shipit.errors import AuthError, BranchMoved, RemoteError
from shipit.steps.base import VERIFIED, Done, Outputs, Todo
from shipit.steps.branches.signed_commit import (
    left_signing_branch,
    remove_signing_branch,
    signed_commit,
)
from shipit.steps.repository import ReleaseCommit
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
    With `through_forge`, the forge makes the commit, and signs it if it can; git makes the edits again.
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
    through_forge: bool = False

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.commit.branch}"

    @property
    def summary(self) -> str:
        kept = f", and keep {len(self.edits)} {'edit' if len(self.edits) == 1 else 'edits'}" if self.edits else ""
        how = " through the API" if self.through_forge else ""
        return f"commit {self.commit.subject} to {self.commit.branch}{how}{kept}"

    def check(self, world: World) -> Done | Todo:
        found = self._current(world)
        if found is None:
            return Todo()
        if self.through_forge and left_signing_branch(world, self._branch):
            return Todo("the branch on which the forge made it is still there")
        return Done(self._outputs(found.id, world))

    @property
    def _branch(self) -> str:
        return self.commit.branch or ""

    def _current(self, world: World) -> CommitInfo | None:
        """Return the commit of shipit on the branch, if it is what this step would commit; else None.

        Raises `BranchMoved` if another commit is there than when the plan was made.
        """
        head = world.git.remote_refs().branches.get(self._branch)
        is_merged = head is not None and world.git.is_ancestor(head, self.commit.parent)
        found = self._proposal(head, world) if head and not is_merged else None
        if found and self._is_current(found, world):
            return found
        if head != self.expected:
            raise BranchMoved(
                f"`{self._branch}` moved on the remote during this run",
                hint="run the same command again: it makes a new plan",
            )
        return None

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
        current = self._current(world)
        made = current.id if current else self._propose(world)
        if self.through_forge:  # also after a run that was killed before it removed this branch
            try:
                remove_signing_branch(world, self._branch)
            except RemoteError as error:
                if error.retryable:
                    raise  # else the remote removes no branch: this one stays, and the next update uses it again
        return self._outputs(made, world)

    def _propose(self, world: World) -> str:
        """Make the commit with the edits above it, move the branch to them, and return the id of the commit."""
        parent = self.commit.parent
        texts = {file.path: file.text for file in self.files}
        files = world.git.write_files(parent, texts)
        message = release_message(self.commit.subject or "", self.body, self.commit.releases)
        message = proposal_message(message, Trailers(parent, files, self.counted))
        message += "".join(f"Release-As: {each}\n" for each in self.requested)
        if self.through_forge:
            made = head = signed_commit(world, self._branch, parent, message, texts)
        else:
            made = head = world.git.commit_files(files, parent, message, self.author)
        for edit in self.edits:
            head = world.git.reapply(edit.commit, head, edit.texts)
        world.git.push(branch=self._branch, commit=head, expected=self.expected, tags=())
        return made

    def _outputs(self, commit: str, world: World) -> Outputs:
        if self.through_forge:
            with suppress(AuthError, RemoteError):  # the commit is made; only the word about its signature is missing
                return {"commit": commit, VERIFIED: "true" if world.forge.is_verified(commit) else "false"}
        return {"commit": commit}

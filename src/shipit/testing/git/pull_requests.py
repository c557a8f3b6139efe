"""The pull requests of a remote in memory, for tests, and the ways in which people merge them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from shipit.errors import RemoteError
from shipit.testing.git.objects import FakeCommit, with_changes
from shipit.world import ForgePullRequest, MergedPullRequest

if TYPE_CHECKING:
    from shipit.testing.git.remote import FakeRemote

Tree = Mapping[str, bytes]


class _Held(Struct):
    branch: str
    base: str
    shown: ForgePullRequest
    merged_into: str = ""  # the commit of `base` that it was merged into
    merge: str = ""  # the commit that the merge made


class FakePullRequests:
    """The pull requests of `remote`. As on GitHub, one whose branch has no new commit any more is closed."""

    def __init__(self, remote: FakeRemote) -> None:
        self._remote = remote
        self._held: list[_Held] = []

    def newest(self, branch: str, base: str) -> ForgePullRequest | None:
        """Return the newest pull request from `branch` into `base`; None if there is none."""
        self._refresh()
        found = (each.shown for each in reversed(self._held) if (each.branch, each.base) == (branch, base))
        return next(found, None)

    def merged(self, base: str) -> tuple[MergedPullRequest, ...]:
        """Return the merged pull requests into `base`, the newest first."""
        held = [each for each in reversed(self._held) if each.base == base and each.merge]
        return tuple(MergedPullRequest(each.shown.number, each.merge, each.shown.body) for each in held)

    def messages(self, number: int) -> tuple[str, ...]:
        """Return the messages of its commits, oldest first."""
        held = self._held[number - 1]
        return tuple(commit.message for commit in self._commits(held))

    def keep(self, branch: str, base: str, title: str, body: str, draft: bool = False) -> ForgePullRequest:
        """Open a pull request, or change the title and the body of the open one."""
        found = self.newest(branch, base)
        if found is None or found.state != "open":
            head, number = self._remote.branches.get(branch), len(self._held) + 1
            if head is None or self._is_in(head, base):
                raise RemoteError(f"no commits between `{base}` and `{branch}`", status=422)
            url = f"{self._remote.url}/pull/{number}"
            opened = ForgePullRequest(number, head, "open", title, body, url, draft=draft)
            self._held.append(_Held(branch, base, opened))
        held = next(each for each in reversed(self._held) if (each.branch, each.base) == (branch, base))
        held.shown = replace(held.shown, title=title, body=body)
        return held.shown

    def enable_auto_merge(self, branch: str, base: str, method: str) -> None:
        """Note that the forge merges the open pull request by itself; a test calls `merge` when it does."""
        for held in self._held:
            if (held.branch, held.base, held.shown.state) == (branch, base, "open"):
                held.shown = replace(held.shown, auto_merge=method)

    # -- actions of users

    def edit(self, number: int, body: str) -> None:
        """Replace the body of a pull request, in any state."""
        self._held[number - 1].shown = replace(self._held[number - 1].shown, body=body)

    def close(self, number: int, *, delete_branch: bool = False) -> None:
        """Close a pull request without merging it."""
        self._refresh()
        held = self._held[number - 1]
        held.shown = replace(held.shown, state="closed")
        if delete_branch:
            del self._remote.branches[held.branch]

    def merge(
        self,
        number: int,
        how: Literal["merge", "squash", "rebase"],
        message: str | None = None,
        *,
        delete_branch: bool = False,
    ) -> str:
        """Merge a pull request as the buttons of GitHub do, and return the new tip of its base.

        Args:
            number: its number.
            how: the method.
            message: the message that the person wrote; None for that of GitHub.
            delete_branch: delete its branch afterwards.
        """
        self._refresh()
        held = self._held[number - 1]
        tip, head = self._remote.branches[held.base], held.shown.head
        commits = list(self._commits(held))
        listed = "\n\n".join(f"* {commit.message}" for commit in commits)
        texts = {
            "merge": f"Merge pull request #{number} from acme/{held.branch}\n\n{held.shown.title}",
            "squash": f"{held.shown.title} (#{number})\n\n{commits[0].message if len(commits) == 1 else listed}",
        }
        held.merged_into = tip
        if how == "rebase":
            for commit in commits:
                tip = self._add(self._with_changes(tip, commit.parents[0], commit.id), (tip,), commit.message)
        else:
            tree = self._with_changes(tip, self._remote.commits.fork(tip, head) or "", head)
            tip = self._add(tree, (tip, head) if how == "merge" else (tip,), message or texts[how])
        self._remote.branches[held.base] = tip
        held.merge = tip
        held.shown = replace(held.shown, state="merged")
        if delete_branch:
            del self._remote.branches[held.branch]
        return tip

    def _refresh(self) -> None:
        """Follow the branches of the open pull requests, and close those that have nothing to merge."""
        for held in self._held:
            if held.shown.state != "open":
                continue
            head = self._remote.branches.get(held.branch)
            if head is None:
                held.shown = replace(held.shown, state="closed")
            elif self._is_in(head, held.base):
                is_merged = head == held.shown.head
                held.shown = replace(held.shown, head=head, state="merged" if is_merged else "closed")
            else:
                held.shown = replace(held.shown, head=head)

    def _is_in(self, commit: str, branch: str) -> bool:
        return commit in self._remote.commits.reachable([self._remote.branches[branch]])

    def _commits(self, held: _Held) -> Iterator[FakeCommit]:
        """Yield the commits of a pull request, oldest first."""
        base = held.merged_into or self._remote.branches[held.base]
        yield from reversed(list(self._remote.commits.newest_first([held.shown.head], [base])))

    def _with_changes(self, onto: str, before: str, after: str) -> Tree:
        """Return the files of `onto` with the changes from `before` to `after`."""
        held = self._remote.commits.held
        tree, conflicts = with_changes(held[onto].tree, held[before].tree, held[after].tree)
        if conflicts:
            raise RemoteError(f"the pull request cannot be merged: `{conflicts[0]}` conflicts", status=405)
        return tree

    def _add(self, tree: Tree, parents: tuple[str, ...], message: str) -> str:
        return self._remote.commits.add(FakeCommit(tree, parents, message, self._remote.clock.tick()))

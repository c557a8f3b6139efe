"""Commits and tags created through GitHub's Git data API; GitHub signs them.

Each function creates objects that are not visible, and then creates or moves one reference.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from shipit.adapters.github.calls import GitHubApi
from shipit.errors import BranchMoved, ConflictError

if TYPE_CHECKING:
    from github.GitTree import GitTree
    from github.InputGitTreeElement import InputGitTreeElement
    from github.Repository import Repository

_FILE = "100644"  # git's mode of a file that is not executable


def create_commit(
    calls: GitHubApi, repository: Repository, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]
) -> str:
    """Commit `files` (content by path) on top of `parent`, move `branch` to the commit, and return its id.

    If `branch` already has a commit with the same parent, files and message, return that commit's id.

    Raises:
        BranchMoved: `branch` is neither at `parent` nor at that commit.
    """
    action = f"commit to `{branch}`"
    base = calls.retry(action, lambda: repository.get_git_commit(parent).tree)
    tree = calls.retry(action, lambda: repository.create_git_tree(_elements(repository, base, files), base))

    def committed() -> str | None:
        head = repository.get_git_commit(repository.get_git_ref(f"heads/{branch}").object.sha)
        if head.sha == parent:
            return None
        content = head.tree.sha, [each.sha for each in head.parents], head.message.strip()
        if content != (tree.sha, [parent], message.strip()):
            raise BranchMoved(f"`{branch}` moved on GitHub during this run", hint="run the same command again")
        return head.sha

    def commit() -> str:
        made = repository.create_git_commit(message, tree, [repository.get_git_commit(parent)])
        repository.get_git_ref(f"heads/{branch}").complete().edit(made.sha, force=False)
        return made.sha

    return calls.ensure(action, committed, commit)


def _elements(repository: Repository, base: GitTree, files: Mapping[str, bytes]) -> list[InputGitTreeElement]:
    modes = _modes(repository, base.sha, files)
    return [_element(repository, path, modes.get(path, _FILE), data) for path, data in files.items()]


def _modes(repository: Repository, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Return the modes of those `paths` that `tree` contains, by path; reads only the directories of these paths."""
    wanted: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition("/")
        wanted.setdefault(name, []).append(rest)
    modes: dict[str, str] = {}
    for entry in repository.get_git_tree(tree).tree:
        inside = [rest for rest in wanted.get(entry.path, ()) if rest]
        if entry.type == "tree" and inside:
            below = _modes(repository, entry.sha, inside)
            modes |= {f"{entry.path}/{path}": mode for path, mode in below.items()}
        elif entry.type == "blob" and entry.path in wanted:
            modes[entry.path] = entry.mode
    return modes


def _element(repository: Repository, path: str, mode: str, data: bytes) -> InputGitTreeElement:
    """Return an entry of the new tree: text is sent in the request itself, other content as a blob created before."""
    from github import InputGitTreeElement

    try:
        return InputGitTreeElement(path, mode, "blob", content=data.decode())
    except UnicodeDecodeError:
        blob = repository.create_git_blob(base64.b64encode(data).decode(), "base64")
        return InputGitTreeElement(path, mode, "blob", sha=blob.sha)


def create_tag(calls: GitHubApi, repository: Repository, name: str, commit: str, message: str) -> None:
    """Create an annotated tag on `commit`, unless a tag of this name is on it.

    Raises:
        ConflictError: the tag is on another commit; it is not moved.
    """

    def tagged() -> str | None:
        held = _tagged_commit(repository, name)
        if held not in (None, commit):
            raise ConflictError(
                f"the tag `{name}` already exists on GitHub, on another commit",
                where=f"it is on {held}, and should be on {commit}",
                hint="check who created it, and delete it on GitHub if it is wrong; shipit never moves a release tag",
            )
        return held

    def tag() -> str:
        made = repository.create_git_tag(name, message, commit, "commit")
        repository.create_git_ref(f"refs/tags/{name}", made.sha)
        return commit

    calls.ensure(f"create the tag `{name}`", tagged, tag)


def _tagged_commit(repository: Repository, name: str) -> str | None:
    from github import UnknownObjectException

    try:
        target = repository.get_git_ref(f"tags/{name}").object
        while target.type == "tag":
            target = repository.get_git_tag(target.sha).object
        return target.sha
    except UnknownObjectException:
        return None

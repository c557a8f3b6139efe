"""Commits and tags created through GitHub's Git data API; GitHub signs them.

Each function creates objects that are not visible, and then creates or moves one reference.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from shipit.adapters.github.answers import Commit, Reference, Sha, Tree
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient
from shipit.adapters.github.failure import GitHubFailure
from shipit.core import limits
from shipit.errors import BranchMoved, ConflictError

_FILE = "100644"  # git's mode of a file that is not executable


def create_commit(calls: GitHubApi, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
    """Commit `files` (content by path) on top of `parent`, move `branch` to the commit, and return its id.

    If `branch` already has a commit with the same parent, files and message, return that commit's id.

    Raises:
        BranchMoved: `branch` is neither at `parent` nor at that commit.
    """
    action, client = f"commit to `{branch}`", calls.client
    base = calls.retry(action, lambda: _commit(client, parent).tree.sha)
    tree = calls.retry(action, lambda: _create_tree(client, base, files))

    def committed() -> str | None:
        head = _commit(client, _reference(client, f"heads/{branch}").object.sha)
        if head.sha == parent:
            return None
        content = head.tree.sha, [each.sha for each in head.parents], head.message.strip()
        if content != (tree, [parent], message.strip()):
            raise BranchMoved(f"`{branch}` moved on GitHub during this run", hint="run the same command again")
        return head.sha

    def commit() -> str:
        made = client.post("/git/commits", Sha, {"message": message, "tree": tree, "parents": [parent]})
        client.patch(f"/git/refs/heads/{quote(branch)}", Reference, {"sha": made.sha, "force": False})
        return made.sha

    return calls.ensure(action, committed, commit)


def _commit(client: GitHubClient, id: str) -> Commit:
    return client.get(f"/git/commits/{id}", Commit)


def _reference(client: GitHubClient, name: str) -> Reference:
    return client.get(f"/git/ref/{quote(name)}", Reference)


def _create_tree(client: GitHubClient, base: str, files: Mapping[str, bytes]) -> str:
    modes = _modes(client, base, files)
    entries = [_entry(client, path, modes.get(path, _FILE), data) for path, data in files.items()]
    return client.post("/git/trees", Sha, {"base_tree": base, "tree": entries}).sha


def _modes(client: GitHubClient, tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Return the modes of those `paths` that `tree` contains, by path; reads only the directories of these paths."""
    wanted: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition("/")
        wanted.setdefault(name, []).append(rest)
    modes: dict[str, str] = {}
    for entry in client.get(f"/git/trees/{tree}", Tree).tree:
        inside = [rest for rest in wanted.get(entry.path, ()) if rest]
        if entry.type == "tree" and inside:
            below = _modes(client, entry.sha, inside)
            modes |= {f"{entry.path}/{path}": mode for path, mode in below.items()}
        elif entry.type == "blob" and entry.path in wanted:
            modes[entry.path] = entry.mode
    return modes


def _entry(client: GitHubClient, path: str, mode: str, data: bytes) -> dict[str, str]:
    """Return an entry of the new tree: text is sent in the request itself, other content as a blob created before."""
    entry = {"path": path, "mode": mode, "type": "blob"}
    try:
        return {**entry, "content": data.decode()}
    except UnicodeDecodeError:
        blob = {"content": base64.b64encode(data).decode(), "encoding": "base64"}
        return {**entry, "sha": client.post("/git/blobs", Sha, blob).sha}


def create_tag(calls: GitHubApi, name: str, commit: str, message: str) -> None:
    """Create an annotated tag on `commit`, unless a tag of this name is on it.

    Raises:
        ConflictError: the tag is on another commit; it is not moved.
    """
    client = calls.client

    def tagged() -> str | None:
        held = _tagged_commit(client, name)
        if held not in (None, commit):
            raise ConflictError(
                f"the tag `{name}` already exists on GitHub, on another commit",
                where=f"it is on {held}, and should be on {commit}",
                hint="check who created it, and delete it on GitHub if it is wrong; shipit never moves a release tag",
            )
        return held

    def tag() -> str:
        fields = {"tag": name, "message": message, "object": commit, "type": "commit"}
        made = client.post("/git/tags", Sha, fields)
        client.post("/git/refs", Reference, {"ref": f"refs/tags/{name}", "sha": made.sha})
        return commit

    calls.ensure(f"create the tag `{name}`", tagged, tag)


def _tagged_commit(client: GitHubClient, name: str) -> str | None:
    """Return the commit that the tag leads to; None if there is no such tag."""
    try:
        target = _reference(client, f"tags/{name}").object
    except GitHubFailure as failure:
        if failure.status == 404:
            return None
        raise
    for _ in range(limits.NESTED_TAGS):
        if target.type != "tag":
            break
        target = client.get(f"/git/tags/{target.sha}", Reference).object
    return target.sha

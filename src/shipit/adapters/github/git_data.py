"""Commits and tags created through the APIs of GitHub.

`create_commit` and `create_tag` first create objects that nobody sees, and then create or move one reference. Only
`createCommitOnBranch`, see below, does both in one request.

GitHub signs a commit made through the Git data API only for the token of an App or of a workflow. For the token of a
user, GitHub signs a commit made by the mutation `createCommitOnBranch` of the GraphQL API, which cannot make a file
executable.
https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from shipit.adapters.github.answers import CommitAnswer, CreatedOnBranch, RefAnswer, Sha, Tree
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import GitHubClient
from shipit.adapters.github.failure import GitHubFailure
from shipit.core import limits
from shipit.errors import BranchMoved, ConflictError

_FILE = "100644"  # git's mode of a file that is not executable


def create_commit(calls: GitHubApi, *, branch: str, parent: str, message: str, files: Mapping[str, bytes]) -> str:
    """Commit `files` (content by path) on top of `parent`, move `branch` to the commit, and return its id.

    If `branch` already has a commit with the same parent, files and message, return that commit's id. GitHub signs the
    commit if it can.

    Raises:
        BranchMoved: `branch` is neither at `parent` nor at that commit.
    """
    action, client = f"commit to `{branch}`", calls.client
    base = calls.retry(action, lambda: _commit(client, parent).tree.sha)
    modes = calls.retry(action, lambda: _modes(client, base, files))
    tree = calls.retry(action, lambda: _create_tree(client, base, files, modes))

    def find_commit() -> str | None:
        head = _commit(client, _reference(client, f"heads/{branch}").object.sha)
        if head.sha == parent:
            return None
        content = head.tree.sha, [each.sha for each in head.parents], head.message.strip()
        if content != (tree, [parent], message.strip()):
            raise BranchMoved(f"`{branch}` moved on GitHub during this run", hint="run the same command again")
        return head.sha

    def make_commit() -> str:
        made = client.post("/git/commits", CommitAnswer, {"message": message, "tree": tree, "parents": [parent]})
        if not made.is_verified and set(modes.values()) <= {_FILE}:
            signed = _commit_on_branch(calls, branch, parent, message, files)
            if signed:
                return signed
        client.patch(f"/git/refs/heads/{quote(branch)}", RefAnswer, {"sha": made.sha, "force": False})
        return made.sha

    return calls.ensure(action, find_commit, make_commit)


_MUTATION = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) {
    commit { oid }
  }
}
"""


def _commit_on_branch(
    calls: GitHubApi, branch: str, parent: str, message: str, files: Mapping[str, bytes]
) -> str | None:
    """Commit `files` to `branch` through the GraphQL API, and return the id; None if it cannot be used here."""
    headline, _, body = message.strip().partition("\n")
    additions = [{"path": path, "contents": base64.b64encode(data).decode()} for path, data in files.items()]
    fields = {
        "branch": {"repositoryNameWithOwner": calls.caller.slug, "branchName": branch},
        "expectedHeadOid": parent,
        "message": {"headline": headline, "body": body.strip("\n")},
        "fileChanges": {"additions": additions},
    }
    try:
        made = calls.client.graphql(_MUTATION, {"input": fields}, CreatedOnBranch)
    except GitHubFailure as failure:
        if failure.status in _GRAPHQL_REFUSED and not failure.limited:
            return None
        raise
    return made.create_commit_on_branch.commit.oid


# The statuses of a server without GraphQL, of a token without access to it, and of a body that is too large for it.
_GRAPHQL_REFUSED = (403, 404, 405, 413, 422)


def is_verified(calls: GitHubApi, commit: str) -> bool:
    """Return whether GitHub shows `commit` as Verified."""
    return calls.retry(f"read the signature of `{commit[:10]}`", lambda: _commit(calls.client, commit).is_verified)


def _commit(client: GitHubClient, id: str) -> CommitAnswer:
    return client.get(f"/git/commits/{id}", CommitAnswer)


def _reference(client: GitHubClient, name: str) -> RefAnswer:
    return client.get(f"/git/ref/{quote(name)}", RefAnswer)


def _create_tree(client: GitHubClient, base: str, files: Mapping[str, bytes], modes: Mapping[str, str]) -> str:
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

    def find_tag() -> str | None:
        held = _tagged_commit(client, name)
        if held not in (None, commit):
            raise ConflictError(
                f"the tag `{name}` already exists on GitHub, on another commit",
                where=f"it is on {held}, and should be on {commit}",
                hint="check who created it, and delete it on GitHub if it is wrong; shipit never moves a release tag",
            )
        return held

    def make_tag() -> str:
        fields = {"tag": name, "message": message, "object": commit, "type": "commit"}
        made = client.post("/git/tags", Sha, fields)
        client.post("/git/refs", RefAnswer, {"ref": f"refs/tags/{name}", "sha": made.sha})
        return commit

    calls.ensure(f"create the tag `{name}`", find_tag, make_tag)


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
        target = client.get(f"/git/tags/{target.sha}", RefAnswer).object
    return target.sha

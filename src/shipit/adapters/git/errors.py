"""The errors for a failed push or fetch, recognised by git's output (with LC_ALL=C)."""

from __future__ import annotations

import re

from shipit.errors import NOTHING_PUSHED, AuthError, BranchMoved, CommandError, ConflictError, RemoteError, ShipitError

# Patterns as text: they are compiled only if something fails.
_REFUSED_LOGIN = (
    r"Authentication failed|could not read (?:Username|Password)|Permission denied|Permission to .* denied"
    r"|error: 40[13]|terminal prompts disabled|Invalid username"
)
_MOVED = (
    r"stale info|non-fast-forward|fetch first|cannot lock ref|failed to (?:update|lock) ref|reference already exists"
    r"|incorrect old value|tip of your current branch is behind"
)
_LOCKED = r"Unable to create '([^']+\.lock)': File exists"
_PROTECTED = r"protected branch|GH006|GH013|rule violations"
_TAG_THERE = r"refs/tags/\S+.*\(already exists\)|already exists in the remote"
_DECLINED = r"hook declined|\[remote rejected\]|pre-receive|permission denied to update ref"
# git prints no other line of its own when the hook `pre-push` of the clone fails.
_NOT_SENT = r"failed to push some refs"
_CONNECTION_LOST = r"^fatal: |RPC failed|unexpected disconnect|hung up"


def push_error(error: CommandError, branch: str | None, remote: str) -> ShipitError:
    """Return the error for a failed `git push`.

    Args:
        branch: the pushed branch or tag, for the message.
        remote: the URL or name of the remote, for the message.
    """
    output = error.tail
    if re.search(_PROTECTED, output):
        return RemoteError(
            f"the remote refuses pushes to the protected branch `{branch}`",
            where=output,
            hint='set `write-back = "api"` with the token of an App that can bypass the rule, or `write-back = "none"`',
            state=NOTHING_PUSHED,
        )
    if lock := remote_lock(error):
        return RemoteError(
            f"`{branch}` is locked on the remote by another push, or by one that was killed",
            where=output,
            hint=f"if no push is running, remove the lock on the remote's server (rm {lock}), then run again",
            state=NOTHING_PUSHED,
            retryable=True,
        )
    if re.search(_MOVED, output):
        return BranchMoved(
            f"`{branch}` moved on the remote during this run",
            where=output,
            hint="run the same command again: it makes a new plan",
            state=NOTHING_PUSHED,
        )
    if re.search(_TAG_THERE, output):
        return ConflictError(
            "a tag of this release already exists on the remote, on another commit",
            where=output,
            hint="list the remote's tags: git ls-remote --tags; merge the release that has the tag into this branch, "
            "or release another version: shipit release --version X.Y.Z",
            state=NOTHING_PUSHED,
        )
    if "does not support --atomic" in output or "support --atomic push" in output:
        hint = "release to a git server that supports atomic pushes; every current version of git does"
        return RemoteError("the remote does not support `git push --atomic`", hint=hint, state=NOTHING_PUSHED)
    if re.search(_DECLINED, output):
        hint = (
            "fix what the remote's message above names, then run the same command again; "
            'if direct pushes to this branch are not allowed, set `write-back = "api"` or `"none"`'
        )
        return RemoteError("the remote refused the push", where=output, hint=hint, state=NOTHING_PUSHED)
    if re.search(_NOT_SENT, output) and not re.search(_CONNECTION_LOST, output, re.MULTILINE):
        hint = "fix what the message above names, or fix the hook, then run the same command again"
        return RemoteError(
            "`git push` stopped before it sent anything; a `pre-push` hook in this clone can be the reason",
            where=output,
            hint=hint,
            state=NOTHING_PUSHED,
            retryable=True,
        )
    return remote_error(error, remote)


def remote_lock(error: CommandError) -> str | None:
    """Return the path of the lock file on the remote that made `git push` fail, if that was the reason."""
    found = re.search(_LOCKED, error.tail)
    return found[1] if found else None


def remote_error(error: CommandError, remote: str) -> ShipitError:
    """Return the error for a failed read of the remote; `remote` is its URL or name, for the message."""
    output = error.tail
    if re.search(_REFUSED_LOGIN, output):
        return AuthError(
            f"the credential for `{remote}` is missing or refused",
            where=output,
            hint="set `GITHUB_TOKEN` to a token with the permission `contents: write`, or fix the login of your git",
        )
    return RemoteError(
        f"`{remote}` cannot be reached, or it is not a git repository",
        where=output,
        hint="check the URL with `git remote -v`, check the network, then run the same command again",
        retryable=True,
    )

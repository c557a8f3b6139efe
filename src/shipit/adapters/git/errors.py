"""What a remote's refusal means, read from what git says (with LC_ALL=C)."""

from __future__ import annotations

import re

from shipit.errors import NOTHING_PUSHED, AuthError, BranchMoved, CommandError, ConflictError, RemoteError, ShipitError

# Compiled when something fails.
_REFUSED_LOGIN = (
    r"Authentication failed|could not read (?:Username|Password)|Permission denied|Permission to .* denied"
    r"|error: 40[13]|terminal prompts disabled|Invalid username"
)
_MOVED = (
    r"stale info|non-fast-forward|fetch first|cannot lock ref|failed to (?:update|lock) ref|reference already exists"
    r"|incorrect old value|tip of your current branch is behind"
)
_PROTECTED = r"protected branch|GH006|GH013|rule violations"
_TAG_THERE = r"refs/tags/\S+.*\(already exists\)|already exists in the remote"
_DECLINED = r"hook declined|\[remote rejected\]|pre-receive|permission denied to update ref"


def push_error(error: CommandError, branch: str | None) -> ShipitError:
    """The error for a push that git reports as failed."""
    said = error.tail
    if re.search(_PROTECTED, said):
        return RemoteError(
            f"the remote refuses pushes to the protected branch `{branch}`",
            where=said,
            hint='set `write-back = "api"` with an App token that may bypass the rule, or `write-back = "none"`',
            state=NOTHING_PUSHED,
        )
    if re.search(_MOVED, said):
        return BranchMoved(
            f"`{branch}` moved on the remote meanwhile",
            where=said,
            hint="run the same command again: it plans afresh",
            state=NOTHING_PUSHED,
        )
    if re.search(_TAG_THERE, said):
        return ConflictError(
            "a tag of this release exists on the remote already, elsewhere",
            where=said,
            hint="look at it with `git ls-remote --tags`; shipit never moves a release tag",
            state=NOTHING_PUSHED,
        )
    if "does not support --atomic" in said or "support --atomic push" in said:
        hint = "release to a server that supports `git push --atomic` (every current git does)"
        return RemoteError("the remote cannot push atomically", hint=hint, state=NOTHING_PUSHED)
    if re.search(_DECLINED, said):
        hint = (
            "read what the remote's hook says above, mend it, and run again; "
            'where nobody may push to the branch, set `write-back = "api"` or `"none"`'
        )
        return RemoteError("the remote refused the push", where=said, hint=hint, state=NOTHING_PUSHED)
    return remote_error(error, "the remote")


def remote_error(error: CommandError, remote: str) -> ShipitError:
    """The error for a remote that could not be asked."""
    said = error.tail
    if re.search(_REFUSED_LOGIN, said):
        return AuthError(
            f"the credential for `{remote}` is missing or refused",
            where=said,
            hint="set `GITHUB_TOKEN` to a token that may read and write contents, or mend your git login",
        )
    return RemoteError(
        f"`{remote}` did not answer as a git remote",
        where=said,
        hint="check the address with `git remote -v` and the network, then run again",
        retryable=True,
    )

"""The errors for a failed push or fetch, recognised by git's output (with LC_ALL=C)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct

from shipit.adapters.token_name import VARIABLE, TokenName
from shipit.core.redact import MARK
from shipit.errors import (
    NOTHING_PUSHED,
    OTHER_VERSION,
    PUSH_UNKNOWN,
    AuthError,
    BranchMoved,
    CommandError,
    ConflictError,
    RemoteError,
    RemoteTimeout,
    ShipitError,
)

WRITABLE = "make it writable (ls -ld .git), or work in another clone of the repository"
"""The fix for a git directory that git cannot write into."""

_REFUSED_LOGIN = (
    r"Authentication failed|could not read (?:Username|Password)|Permission denied|Permission to \S+ denied"
    r"|error: 40[13]|terminal prompts disabled|Invalid username"
)
# Not after "remote: ": that is the repository on the server.
_NOT_WRITABLE = (
    r"^(?:error|fatal): (?:cannot open '[^']*FETCH_HEAD'|insufficient permission for adding an object"
    r"|(?>.*?(?:[Uu]nable to create|unable to write|cannot lock ref)).*(?:Permission denied|Read-only file system))"
)
_REFUSED_KEY = r"Permission denied \([^()]*publickey"
_UNKNOWN_HOST = r"Host key verification failed"
# git wanted to ask for a login, because it has none.
_NO_LOGIN = r"could not read (?:Username|Password)|terminal prompts disabled"
_LOCKED = r"Unable to create '([^']+\.lock)': File exists"
# git prints no other line of its own when the hook `pre-push` of the clone fails.
_NOT_SENT = r"failed to push some refs"
# A hook is a program, or the script of a program that can have options: `sh -e .git/hooks/pre-push origin URL`.
_HOOK = r"(?:\S+ (?:-\S* )*)?\S*/pre-push(?!\S)"
_SSH_PASSWORD = r"(?<!\S)[^\s:]+:\S+@"  # git gives the login of an `ssh://` URL to ssh as it is
_CONNECTION_LOST = r"^fatal: |RPC failed|unexpected disconnect|hung up"


class _Refusal(Struct, frozen=True):
    """A reason why the remote refuses a push.

    Args:
        pattern: the regular expression that finds it in git's output; compiled only if a push fails.
        error: makes the error.
        what: the message; `{branch}` is the branch or tag, `{lock}` the path of the lock file on the remote.
        hint: what to do, with the same placeholders.
    """

    pattern: str
    error: Callable[..., ShipitError]
    what: str
    hint: str


# The first one whose pattern is found is the reason.
_REFUSALS = (
    _Refusal(
        r"protected branch|GH006|GH013|rule violations",
        RemoteError,
        "the remote refuses pushes to the protected branch `{branch}`",
        'set `write-back = "pull-request"`, `"api"` with the token of an App that can bypass the rule, or `"none"`',
    ),
    _Refusal(
        _LOCKED,
        partial(RemoteError, retryable=True),
        "`{branch}` is locked on the remote by another push, or by one that was killed",
        "if no push is running, remove the lock on the remote's server (rm {lock}), then run again",
    ),
    _Refusal(
        r"Unable to create '[^']+\.lock': (?!File exists)|No space left on device|Read-only file system|Disk quota",
        partial(RemoteError, retryable=True),
        "the remote cannot store the push of `{branch}`",
        "fix what the message above names on the remote's server, such as a full disk, then run the same command again",
    ),
    _Refusal(
        r"stale info|non-fast-forward|fetch first|cannot lock ref|failed to (?:update|lock) ref"
        r"|reference already exists|incorrect old value|tip of your current branch is behind",
        BranchMoved,
        "`{branch}` moved on the remote during this run",
        "run the same command again: it makes a new plan",
    ),
    _Refusal(
        r":refs/tags/[^\s:]+\s[^(:\n]*\(already exists\)|already exists in the remote",
        ConflictError,
        "a tag of this release already exists on the remote, on another commit",
        "list the remote's tags: git ls-remote --tags; merge the release that has the tag into this branch, "
        + OTHER_VERSION,
    ),
    _Refusal(
        r"changes that can\s+not be found on any remote",
        RemoteError,
        "git does not push `{branch}`, because a submodule has commits that are not on its own remote",
        "push the submodule that the message above names, as in `git -C PATH push`, then run the same command again",
    ),
    _Refusal(
        r"support --atomic",
        RemoteError,
        "the remote does not support `git push --atomic`",
        "release to a git server that supports atomic pushes; every current version of git does",
    ),
    _Refusal(
        r"does not support (?:--signed|push options)|can't be combined with refspecs",
        CommandError,
        "a setting of git in this clone prevents the push of `{branch}`",
        "remove the setting that the message above is about: git config --show-origin --get-regexp 'push|remote'",
    ),
    _Refusal(
        r"hook declined|\[remote rejected\]|pre-receive|permission denied to update ref",
        RemoteError,
        "the remote refused the push",
        "fix what the remote's message above names, then run the same command again; "
        'if direct pushes to this branch are not allowed, set `write-back = "pull-request"`, `"api"` or `"none"`',
    ),
)
_STOPPED = _Refusal(
    _NOT_SENT,
    partial(RemoteError, retryable=True),
    "`git push` stopped before it sent anything; a `pre-push` hook in this clone can be the reason",
    "fix what the message above names, or fix the hook, then run the same command again",
)


class SentToken(Struct, frozen=True):
    """The token for the remote as messages name it, and whether git sent it."""

    name: TokenName = VARIABLE
    sent: bool = False


NO_TOKEN = SentToken()


def push_error(error: CommandError, branch: str | None, remote: str, token: SentToken) -> ShipitError:
    """Return the error for a failed `git push`.

    Args:
        branch: the pushed branch or tag, for the message.
        remote: the URL or name of the remote, for the message.
        token: the token that git can have sent.
    """
    output = error.tail
    lost = re.search(_CONNECTION_LOST, output, re.MULTILINE)
    for refusal in _REFUSALS if lost else (*_REFUSALS, _STOPPED):
        if re.search(refusal.pattern, output):
            names = {"branch": branch, "lock": lock_of(error)}
            hint = refusal.hint.format(**names)
            return refusal.error(refusal.what.format(**names), where=output, hint=hint, state=NOTHING_PUSHED)
    return remote_error(error, remote, token)


def not_pushed(refs: Sequence[str], remote: str, printed: str) -> RemoteError:
    """Return the error for a `git push` that ended without an error, and did not push `refs`.

    Args:
        refs: the full names of the branches and tags.
        remote: the URL or name of the remote, for the message.
        printed: the output of git.
    """
    names = ", ".join(f"`{ref}`" for ref in refs)
    hint = "look for a setting or a program in the place of git: git config --show-origin --get-regexp 'push|remote'"
    return RemoteError(
        f"`git push` ended without an error, but did not push {names} to `{remote}`",
        where=printed or None,
        hint=f"{hint}; type -a git; then run the same command again",
        state=PUSH_UNKNOWN,
    )


def lock_of(error: CommandError) -> str | None:
    """Return the path of the lock file that made git fail, if that was the reason.

    It is on the server of the remote if git is `git push`.
    """
    found = re.search(_LOCKED, error.tail)
    return found[1] if found else None


def lock_advice(path: str) -> str:
    """Return the advice to remove a lock file of the clone."""
    import shlex  # here because few commands need it

    return f"if no git process is running in this clone: rm {shlex.quote(path)}"


def remote_error(error: CommandError, remote: str, token: SentToken = NO_TOKEN) -> ShipitError:
    """Return the error for a failed read of the remote.

    Args:
        remote: its URL or name, for the message.
        token: the token that git can have sent.
    """
    output = error.tail
    if re.search(_NOT_WRITABLE, output, re.MULTILINE):
        what = "git cannot write into the git directory of this clone, so nothing can be fetched"
        return CommandError(what, argv=error.argv, status=error.status, tail=output, hint=WRITABLE)
    if re.search(_REFUSED_LOGIN, output):
        name = token.name
        hint = f"set {name.place} to a token with the permission `contents: write`{name.otherwise}"
        if re.search(_REFUSED_KEY, output):
            hint = "add your key to the ssh agent, because ssh cannot ask for its passphrase here: ssh-add"
        return AuthError(_refusal(output, remote, token), where=output, hint=hint)
    if re.search(_UNKNOWN_HOST, output):
        hint = "connect once by hand and compare the key, or add it to ~/.ssh/known_hosts, then run the command again"
        return RemoteError(f"ssh does not know the host key of `{remote}`", where=output, hint=hint)
    return RemoteError(
        f"`{remote}` cannot be reached, or it is not a git repository",
        where=output,
        hint="check the URL with `git remote -v`, check the network, then run the same command again",
        retryable=True,
    )


def no_git_server(url: str, remote: str) -> RemoteError:
    """Return the error for a remote that answers, and does not speak git's protocol.

    Args:
        url: its URL, without secrets.
        remote: its name.
    """
    return RemoteError(
        f"`{url}` answers, but not as a git server: it can be a web page",
        hint=f"open it in a browser, then correct the address: git remote set-url {remote} URL",
    )


def _refusal(output: str, remote: str, token: SentToken) -> str:
    if token.sent:
        return f"`{remote}` refused {token.name.name}"
    state = "missing" if re.search(_NO_LOGIN, output) else "refused"
    return f"the credential for `{remote}` is {state}"


def remote_timeout(command: str, url: str, remote: str, limit: float, running: Sequence[str] = ()) -> RemoteTimeout:
    """Return the error for a git that was stopped at its time limit.

    Args:
        command: the command of git, such as `push`.
        url: the URL of the remote, without secrets.
        remote: the name of the remote.
        limit: in seconds.
        running: the command lines of the programs that still ran. Only their first argument is shown, because the
            others can be secrets.
    """
    more_time = f'if it only needs more time, set `remote-timeout` in `[release]`, as in "{max(1, round(limit / 30))}m"'
    again = "then run the same command again"
    shown = "; ".join(" ".join(program.split(" ", 2)[:2]) for program in running)
    where = re.sub(_SSH_PASSWORD, f"{MARK}@", f"still running: {shown}") if running else None
    if command == "push" and any(re.match(_HOOK, program) for program in running):
        what = f"`git push` did not end within {limit:g} s: the hook `pre-push` of this clone still runs"
        hint = f"fix the hook; {more_time}; {again}"
        return RemoteTimeout(what, where=where, hint=hint, state=NOTHING_PUSHED)
    hook = "the hook `pre-push` of this clone, " if command == "push" else ""
    login = "the credential helper, the askpass program or the ssh key (ssh-add) of your git"
    return RemoteTimeout(
        f"`git {command}` did not get an answer from `{url}` within {limit:g} s",
        where=where,
        hint=f"check the network, {hook}and {login}: git ls-remote {remote}; {more_time}; {again}",
        state=PUSH_UNKNOWN if command == "push" else NOTHING_PUSHED,
    )

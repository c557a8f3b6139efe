"""The history that a shallow clone lacks. It is fetched, because the last release may be in it."""

from __future__ import annotations

from shipit.errors import AuthError, PreflightError, RemoteTimeout, ShipitError
from shipit.finding import Finding
from shipit.world import Git


def deepen(git: Git, remote: str) -> tuple[Finding, ...]:
    """Fetch the history that a shallow clone lacks, without file contents. Return a finding when that fails.

    Args:
        git: the clone.
        remote: the name of the git remote, for the fix.
    """
    try:
        if git.shallow():
            git.deepen()
    except AuthError as error:
        return (login_finding(error),)
    except RemoteTimeout:
        raise
    except ShipitError as error:
        what = f"the clone is shallow, and the rest of its history cannot be fetched: {on_one_line(error)}"
        fix = f"git fetch --unshallow {remote}; in GitHub Actions check out with `fetch-depth: 0`"
        return (Finding("shallow", what, fix),)
    return ()


def on_one_line(error: ShipitError) -> str:
    """Return the message of `error` and the lines of the output of git that it holds, separated by semicolons."""
    lines = [" ".join(line.split()) for line in str(error.where or getattr(error, "tail", "")).splitlines()]
    details = "; ".join(filter(None, lines))
    return f"{error.what}: {details}" if details else error.what


def login_finding(error: AuthError) -> Finding:
    """Return the finding for a remote that refused the credential, or got none."""
    return Finding("remote-login", error.what, error.hint or "fix the login of your git")


def require_depth(git: Git, remote: str) -> None:
    """Fetch the history that a shallow clone lacks, as `deepen` does. Raises `PreflightError` when that fails."""
    findings = deepen(git, remote)
    if findings:
        raise PreflightError(findings, state="nothing was changed")

"""Shallow clones: history that was cut off cannot tell which release was the last."""

from __future__ import annotations

from shipit.errors import AuthError, PreflightError, ShipitError
from shipit.finding import Finding
from shipit.world import Git


def deepen(git: Git) -> tuple[Finding, ...]:
    """Fetch the history that a shallow clone lacks, without file contents; where that fails, the finding."""
    try:
        if git.shallow():
            git.deepen()
    except AuthError as error:
        return (refused_login(error),)
    except ShipitError as error:
        what = f"the clone is shallow, and the rest of its history cannot be fetched: {on_one_line(error)}"
        return (Finding("shallow", what, "git fetch --unshallow; in GitHub Actions check out with `fetch-depth: 0`"),)
    return ()


def on_one_line(error: ShipitError) -> str:
    """What is wrong and what git said of it, over however many lines."""
    return " ".join(f"{error.what}: {error.where}".split()) if error.where else error.what


def refused_login(error: AuthError) -> Finding:
    """The finding for a remote that wants another credential."""
    return Finding("remote-login", error.what, error.hint or "mend your git login")


def require_depth(git: Git) -> None:
    """Deepen a shallow clone, or raise `PreflightError`."""
    findings = deepen(git)
    if findings:
        raise PreflightError(findings, state="nothing was changed")

"""Every problem that would stop a release, in one report."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.errors import Finding, ShipitError
from shipit.plan.observe import Observed
from shipit.plan.tags import tag_findings


def findings(observed: Observed) -> tuple[Finding, ...]:
    """All findings, errors first."""
    found = (
        *observed.findings,
        *_branch(observed),
        *_tree(observed),
        *tag_findings(observed.tags, observed.histories),
    )
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def unplannable(error: ShipitError) -> Finding:
    """The problem that there is no version to plan for: it exists already, does not rise, or fits in no file."""
    return Finding("version", f"{error.what} ({error.where})" if error.where else error.what, error.hint or "")


def _branch(observed: Observed) -> Iterator[Finding]:
    if observed.standing.branch is None:
        fix = "git switch " + (observed.standing.channel.name or "BRANCH")
        yield Finding("detached", "HEAD is detached, so there is no branch to release", fix)
    elif not observed.standing.releasing:
        fix = f"git switch {observed.standing.channel.name}, or name `{observed.standing.branch}` in `release.branches`"
        yield Finding("wrong-branch", f"`{observed.standing.branch}` is not a branch that releases", fix)
    elif observed.standing.diverged:
        fix = f"git pull --rebase, so that `{observed.standing.branch}` stands on top of the remote's"
        yield Finding("diverged", f"`{observed.standing.branch}` and the remote's went different ways", fix)


def _tree(observed: Observed) -> Iterator[Finding]:
    dirty = observed.in_the_way
    if dirty:
        named = ", ".join(f"`{path}`" for path in dirty[:5]) + (f" and {len(dirty) - 5} more" if dirty[5:] else "")
        yield Finding("dirty", f"uncommitted changes in {named}", "git commit them, or git stash")

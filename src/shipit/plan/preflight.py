"""Every problem that would stop a release, in one report."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shipit.errors import Finding
from shipit.plan.observe import Observed
from shipit.plan.tags import tag_findings


def findings(observed: Observed, leftover: Collection[str]) -> tuple[Finding, ...]:
    """All findings, errors first.

    Args:
        leftover: files whose uncommitted edits a killed run of shipit made.
    """
    found = (
        *observed.findings,
        *_branch(observed),
        *_tree(observed, leftover),
        *tag_findings(observed.tags, observed.histories),
    )
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def _branch(observed: Observed) -> Iterator[Finding]:
    if observed.standing.branch is None:
        fix = "git switch " + observed.standing.channel.name
        yield Finding("detached", "HEAD is detached, so there is no branch to release", fix)
    elif not observed.standing.releasing:
        fix = f"git switch {observed.standing.channel.name}, or name `{observed.standing.branch}` in `release.branches`"
        yield Finding("wrong-branch", f"`{observed.standing.branch}` is not a branch that releases", fix)
    elif observed.standing.diverged:
        fix = f"git pull --rebase, so that `{observed.standing.branch}` stands on top of the remote's"
        yield Finding("diverged", f"`{observed.standing.branch}` and the remote's went different ways", fix)


def _tree(observed: Observed, leftover: Collection[str]) -> Iterator[Finding]:
    dirty = [path for path in observed.dirty if path not in leftover]
    if dirty:
        named = ", ".join(f"`{path}`" for path in dirty[:5]) + (f" and {len(dirty) - 5} more" if dirty[5:] else "")
        yield Finding("dirty", f"uncommitted changes in {named}", "git commit them, or git stash")

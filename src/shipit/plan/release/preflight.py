"""The preflight of a release: all problems that would stop it, collected before anything is written."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from shipit.config.model import ReleaseConfig
from shipit.core.notes import has_unreleased_text
from shipit.errors import ShipitError
from shipit.finding import Finding, blocking_first
from shipit.plan.release.observe import Observed
from shipit.plan.version import unknown_default_branch


def preflight_findings(observed: Observed, config: ReleaseConfig) -> tuple[Finding, ...]:
    """Return all findings, those that block the release first."""
    findings = (
        *observed.findings,
        *_branch_findings(observed, config),
        *_unpushed_commits(observed, config),
        *_lost_assets(observed, config),
        *_images_behind_unpushed_commits(observed, config),
        *_uncommitted_changes(observed),
        *_outside_sparse_checkout(observed),
        *_unreleased_texts(observed, config),
    )
    return blocking_first(findings)


def version_finding(error: ShipitError) -> Finding:
    """Return `error`, which stopped the decision about the next version or its files, as a finding."""
    return Finding(
        "version",
        f"{error.what} ({error.where})" if error.where else error.what,
        error.hint or "fix it, then run the same command again",
    )


def _branch_findings(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    clone = observed.clone
    if clone.branch is None:
        fix = "git switch " + (clone.channel.name or "BRANCH")
        yield Finding("detached", "HEAD is detached, so there is no branch to release", fix)
    elif clone.remote and not (clone.is_release_branch or clone.channel.name):
        yield unknown_default_branch(clone.branch)
    elif not clone.is_release_branch:
        fix = f"git switch {clone.channel.name}, or add `{clone.branch}` to `release.branches`"
        yield Finding("wrong-branch", f"`{clone.branch}` is not a release branch", fix)
    elif clone.diverged:
        what = f"`{clone.branch}` and `{config.remote}/{clone.branch}` have diverged: both have commits of their own"
        yield Finding("diverged", what, f"git pull --rebase {config.remote} {clone.branch}")


def _unpushed_commits(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """Yield a finding for unpushed commits when `write-back` does not push the branch."""
    clone = observed.clone
    ahead = clone.expected is not None and clone.base != clone.expected and not clone.diverged
    if ahead and not config.write_back.pushes:
        what = f"`{clone.branch}` has commits that are not on the remote, and `write-back` does not push them"
        yield Finding("unpushed", what, f"git push {config.remote} {clone.branch}")


def _lost_assets(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """Yield a finding for each unfinished release with assets to build when the clone has unpushed commits.

    To build them, the clone has to be moved to the commit of the release. That is not done with unpushed commits.
    """
    clone = observed.clone
    for unfinished in observed.unfinished:
        missing = config.assets and not (unfinished.published or unfinished.merged)
        if missing and clone.base not in (unfinished.commit, clone.expected):
            what = (
                f"release `{unfinished.tag}` was interrupted before it was published; its files must be built again "
                f"from `{unfinished.commit[:10]}`, but this clone has commits that are not pushed"
            )
            fix = f"git push {config.remote} {clone.branch}, or release from a fresh clone"
            yield Finding("assets-lost", what, fix)


def _images_behind_unpushed_commits(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """Yield a finding for each unfinished release with images to build when the clone has unpushed commits.

    To build them, the clone has to be moved to the commit of the release. That is not done with unpushed commits.
    """
    clone = observed.clone
    for unfinished in observed.unfinished:
        if unfinished.images_to_build and clone.base not in (unfinished.commit, clone.expected):
            images = ", ".join(f"`{image.permanent_tags[0]}`" for image in unfinished.images_to_build)
            what = f"{images} must be built from `{unfinished.tag}`, but this clone has commits that are not pushed"
            yield Finding("unpushed", what, f"git push {config.remote} {clone.branch}, or release from a fresh clone")


def _uncommitted_changes(observed: Observed) -> Iterator[Finding]:
    paths = observed.uncommitted_changes
    if paths:
        listed = ", ".join(f"`{path}`" for path in paths[:5]) + (f" and {len(paths) - 5} more" if paths[5:] else "")
        fix = "git commit -a, or git stash"
        if observed.leftover_files:  # `git commit -a` would commit them outside a release
            only = shlex.join(paths)
            fix = (
                f"git commit -- {only}, or git stash push -- {only}; if your `prepare` commands made these changes: "
                f"git checkout HEAD -- {only}; the other changes are of an interrupted release"
            )
        yield Finding("dirty", f"uncommitted changes in {listed}", fix)


def _outside_sparse_checkout(observed: Observed) -> Iterator[Finding]:
    absent = [path for path, state in observed.files.items() if state.is_absent]
    if absent:
        listed = ", ".join(f"`{path}`" for path in absent)
        directories = " ".join(sorted({path.rpartition("/")[0] or "." for path in absent}))
        what = f"{listed} is committed, but not checked out: it is outside the sparse checkout of this clone"
        yield Finding("sparse", what, f"git sparse-checkout add {directories}, or git sparse-checkout disable")


def _unreleased_texts(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """Yield a warning for each changelog with text below "Unreleased", which a release leaves there."""
    if not config.write_back.commits:
        return
    for history in observed.histories:
        path = history.package.changelog
        file = observed.files.get(path)
        if file and has_unreleased_text(file.committed or ""):
            what = f"`{path}` has text below `Unreleased`, which a release leaves there and does not put into its notes"
            fix = "to release it, change that heading to the next version, such as `## 1.4.0`: a release completes it"
            yield Finding("unreleased-text", what, fix, "warning")

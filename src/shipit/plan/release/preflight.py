"""Every problem that would stop a release, in one report."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.config.model import ReleaseConfig
from shipit.core.versions import TagFormat, Version, VersionRange, mismatched_tags, version_tags
from shipit.errors import ShipitError
from shipit.finding import Finding, blocking_first
from shipit.plan.release.observe import Observed
from shipit.plan.version import History, tag_findings

_COMMON = (TagFormat("v{version}"), TagFormat("{version}"))


def findings(observed: Observed, config: ReleaseConfig) -> tuple[Finding, ...]:
    """All findings, errors first."""
    found = (
        *observed.findings,
        *_branch(observed),
        *_unpushed(observed, config),
        *_lost_assets(observed, config),
        *_unbuilt(observed, config),
        *_tree(observed),
        *tag_findings(observed.tags, observed.histories),
        *_higher_elsewhere(observed),
        *_in_other_format(observed, config),
    )
    return blocking_first(found)


def unplannable(error: ShipitError) -> Finding:
    """The problem that there is no version to plan for: it exists already, does not rise, or fits in no file."""
    return Finding("version", f"{error.what} ({error.where})" if error.where else error.what, error.hint or "")


def _branch(observed: Observed) -> Iterator[Finding]:
    if observed.clone.branch is None:
        fix = "git switch " + (observed.clone.channel.name or "BRANCH")
        yield Finding("detached", "HEAD is detached, so there is no branch to release", fix)
    elif not observed.clone.releasing:
        fix = f"git switch {observed.clone.channel.name}, or name `{observed.clone.branch}` in `release.branches`"
        yield Finding("wrong-branch", f"`{observed.clone.branch}` is not a branch that releases", fix)
    elif observed.clone.diverged:
        fix = f"git pull --rebase, so that `{observed.clone.branch}` stands on top of the remote's"
        yield Finding("diverged", f"`{observed.clone.branch}` and the remote's went different ways", fix)


def _unpushed(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """Commits that only this clone has, where the release is not pushed from it."""
    clone = observed.clone
    ahead = clone.expected is not None and clone.base != clone.expected and not clone.diverged
    if ahead and not config.write_back.pushes:
        what = f"`{clone.branch}` has commits that are not on the remote, and `write-back` does not push them"
        yield Finding("unpushed", what, f"git push {config.remote} {clone.branch}")


def _lost_assets(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """A release to finish whose draft is gone, and whose assets would be built from newer commits."""
    for unfinished in observed.unfinished:
        if config.assets and not unfinished.drafted and unfinished.commit != observed.clone.base:
            what = f"the draft of `{unfinished.tag}` is gone, and its assets cannot be built from newer commits"
            fix = f"git checkout {unfinished.tag}, build, and make the release of that tag by hand with the assets"
            yield Finding("assets-lost", what, fix)


def _unbuilt(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """A release to finish whose images are nowhere, where commits that only this clone has are in the way."""
    clone = observed.clone
    for unfinished in observed.unfinished:
        if unfinished.unbuilt and clone.base not in (unfinished.commit, clone.expected):
            named = ", ".join(f"`{image.fixed[0]}`" for image in unfinished.unbuilt)
            what = f"{named} has to be built from `{unfinished.tag}`, and this clone has commits that are not pushed"
            yield Finding("unpushed", what, f"git push {config.remote} {clone.branch}, or release from a fresh clone")


def _higher_elsewhere(observed: Observed) -> Iterator[Finding]:
    """Higher stable versions that a branch does not have, and is not kept below by a range."""
    channel = observed.clone.channel
    if VersionRange.of_branch(channel.range or channel.name):
        return
    for history in observed.histories:
        known = version_tags(observed.tags, history.package.format)
        if history.last and known and known[0].version > history.last.version:
            highest, last = known[0].name, history.last.name
            fix = f"git merge {highest}, or give `{channel.name}` a `range` or a `prerelease` in `release.branches`"
            what = f"this branch goes on from `{last}`, but `{highest}` was released, outside its history"
            yield Finding("higher-elsewhere", what, fix, "warning")


def _in_other_format(observed: Observed, config: ReleaseConfig) -> Iterator[Finding]:
    """A release since the last one that is tagged without the `v` of the others, or with one: nobody would see it.

    Of several packages each has a format of its own, and what looks like a version may be a package of the past.
    """
    history = observed.histories[0]
    written = history.package.format
    if history.package.name or mismatched_tags(observed.tags, [written]):
        return
    since = {commit.id for commit in history.since.commits}
    known = {tag.version for tag in version_tags(observed.tags, written)}
    tags = (tag for form in _COMMON for tag in version_tags(observed.tags, form) if tag.commit in since)
    strays = [tag for tag in tags if tag.version not in known and _could_follow(tag.version, history)]
    if strays:
        highest = max(strays, key=lambda tag: tag.version)
        tag = written.render(highest.version)
        what = f"`{highest.name}` looks like a release, but is not written `{written.template}`, so it does not count"
        fix = f"git tag {tag} {highest.name} && git push {config.remote} {tag}; if it is none, remove the tag"
        yield Finding("other-tag-format", what, fix, "warning")


def _could_follow(version: Version, history: History) -> bool:
    """Whether a version could be that of a release after the last one; a date could not."""
    if history.last is None:
        return True
    last = history.last.version
    return last < version and version.major <= last.major + 1


def _tree(observed: Observed) -> Iterator[Finding]:
    dirty = observed.in_the_way
    if dirty:
        named = ", ".join(f"`{path}`" for path in dirty[:5]) + (f" and {len(dirty) - 5} more" if dirty[5:] else "")
        yield Finding("dirty", f"uncommitted changes in {named}", "git commit them, or git stash")

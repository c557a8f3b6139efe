"""The findings about tags that make it impossible to recognise the last release."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct

from shipit.config.model import BranchConfig
from shipit.core import limits
from shipit.core.versions import Tag, VersionRange, channel_of, mismatched_tags, version_tags
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package.model import Package
from shipit.world import Git


def tag_findings(
    git: Git, rev: str, tags: Mapping[str, str], histories: Sequence[History], remote: str
) -> Iterator[Finding]:
    """Yield a finding when there are version tags, but the last release cannot be recognised among them.

    Without these findings, the next release would get the first version again, or one that follows an old release.

    Args:
        git: the repository.
        rev: the commit to release; its files are listed only when a finding proposes packages.
        tags: the commit id of each tag, by name.
        histories: the history of each package.
        remote: the name of the git remote, for the fixes.
    """
    mismatches = tuple(format_findings(git, rev, tags, [history.package for history in histories], remote))
    yield from mismatches
    for history in histories:
        yield from _outside_findings(git, tags, history)
        if not mismatches and _has_other_tags(history):
            from shipit.plan.version.other_tags import other_tag_findings  # few repositories need it

            yield from other_tag_findings(tags, history, partial(git.paths, rev), remote)


def _has_other_tags(history: History) -> bool:
    """Return whether a tag after the last stable release is not in the tag format."""
    return any(history.package.format.parse(name) is None for name in history.later_tags)


def _outside_findings(git: Git, tags: Mapping[str, str], history: History) -> Iterator[Finding]:
    # Only stable versions count here: a first stable release may follow pre-releases that are on any branch.
    highest = _highest(git, tags, history.package) if history.last is None else None
    if highest:
        only = "if this branch makes pre-releases only, give it a `prerelease` in `release.branches`"
        fix = f"git merge {highest.name}, or, {only}"
        yield Finding("tags-outside", f"tags such as `{highest.name}` are not in the history of this branch", fix)


def local_tag_findings(known: Collection[str], histories: Sequence[History], remote: str) -> Iterator[Finding]:
    """Yield a finding for each last release whose tag the remote lacks: every other clone decides another version.

    git never removes a tag from a clone, also if somebody deleted it on the remote.

    Args:
        known: the names of the tags that are on the remote, or that a run is about to push.
        histories: the history of each package, without the tags that an interrupted run left in the clone.
        remote: the name of the git remote, for the fix.
    """
    last = (tag.name for history in histories for tag in (history.last, history.stable) if tag)
    for name in dict.fromkeys(last):
        if name not in known:
            what = f"the tag `{name}` is only in this clone, so the last release is another one everywhere else"
            push = f"git push {remote} {_quoted(f'refs/tags/{name}')}"
            fix = f"if it is a release: {push}; if not: git tag -d {_quoted(name)}"
            yield Finding("local-tag", what, fix)


def higher_release_findings(
    git: Git, tags: Mapping[str, str], histories: Sequence[History], channel: BranchConfig
) -> Iterator[Finding]:
    """Yield a warning for each package with a higher release on another branch, unless a range limits this branch.

    Args:
        git: the repository.
        tags: the commit id of each tag, by name.
        histories: the history of each package.
        channel: the settings of this branch.
    """
    if VersionRange.of_branch(channel.range or channel.name):
        return
    for history in histories:
        highest = _highest(git, tags, history.package)
        if history.last and highest and highest.version > history.last.version:
            fix = (
                f"git merge {highest.name}, or give `{channel.name}` a `range` or a `prerelease` in `release.branches`"
            )
            what = (
                f"the last release on this branch is `{history.last.name}`, "
                f"but `{highest.name}` was released on another branch"
            )
            yield Finding("higher-elsewhere", what, fix, "warning")


def prerelease_findings(histories: Sequence[History], channel: BranchConfig) -> Iterator[Finding]:
    """Yield a warning for each package whose next release is stable, although its last tags are pre-releases.

    Call it for a repository without `release.branches` only: there, nobody decided what the branch releases.

    Args:
        histories: the history of each package.
        channel: the settings of this branch.
    """
    for history in histories:
        tags = {name: history.package.format.parse(name) for name in history.later_tags}
        stable = history.stable.version if history.stable else None
        newer = {
            each: name for name, each in tags.items() if each and each.prerelease and not (stable and each < stable)
        }
        if newer:
            last = max(newer)
            what = f"the last tag is the pre-release `{newer[last]}`, but the next release is a stable one"
            entry = f'{{ name = "{channel.name or "BRANCH"}", prerelease = "{channel_of(last)}" }}'
            fix = f"to make pre-releases on this branch, set `branches = [{entry}]` under `[release]`"
            yield Finding("prereleases", what, fix, "warning")


class MisplacedTag(Struct, frozen=True):
    """A tag in the format of releases that is on "a file" or "a directory" (`on`), and the command that removes it."""

    name: str
    on: str
    remove: str


def misplaced_tags(
    git: Git,
    tags: Mapping[str, str],
    pushed: Collection[str],
    packages: Sequence[Package],
    channel: BranchConfig,
    remote: str,
) -> tuple[MisplacedTag, ...]:
    """Return the tags in the format of releases that are on a file or a directory; the highest versions first.

    Only the highest versions are checked, so that thousands of tags need no time.

    Args:
        git: the repository.
        tags: the id of the object of each tag in the clone, by name.
        pushed: the names of the tags of the remote.
        packages: the packages.
        channel: the settings of this branch.
        remote: the name of the git remote, for the commands.
    """
    checked = [
        tag for each in packages for tag in version_tags(tags, each.format, channel.prerelease)[: limits.CHECKED_TAGS]
    ]
    wrong = git.not_commits([tag.commit for tag in checked])
    return tuple(
        MisplacedTag(
            name,
            "a directory" if git.files_id(id) else "a file",
            f"git tag -d {_quoted(name)}"
            + (f" && git push {remote} {_quoted(f':refs/tags/{name}')}" if name in pushed else ""),
        )
        for name, id in {tag.name: tag.commit for tag in checked if tag.commit in wrong}.items()
    )


def tag_object_findings(misplaced: Sequence[MisplacedTag]) -> Iterator[Finding]:
    """Yield a warning for each tag that is on no commit: nothing else says that it does not count as a release."""
    for tag in misplaced:
        what = f"tag `{tag.name}` is on {tag.on}, not on a commit, so it does not count as a release"
        fix = f"if it is a mistake: {tag.remove}; to see what it is on: git show {_quoted(tag.name)}"
        yield Finding("tag-object", what, fix, "warning")


def _highest(git: Git, tags: Mapping[str, str], package: Package) -> Tag | None:
    """Return the highest stable release on any branch; a tag on a file or a directory is no release."""
    return next((tag for tag in version_tags(tags, package.format) if git.commit(tag.commit)), None)


def format_findings(
    git: Git, rev: str, tags: Mapping[str, str], packages: Sequence[Package], remote: str
) -> Iterator[Finding]:
    """Yield a finding when tags look like versions, but none is in the configured tag format.

    Such tags would not be recognised as releases. The arguments are those of `tag_findings`.
    """
    lookalikes = mismatched_tags(tags, [package.format for package in packages])
    if lookalikes:
        from shipit.core.versions.tag_family import tag_families
        from shipit.plan.version.other_tags import package_proposal, proposal

        formats = " or ".join(f"`{package.format.template}`" for package in packages)
        families = tag_families({name: tags[name] for name in lookalikes})
        newest = families[0].tags[0].name if families else lookalikes[-1]
        what = f"tags such as `{newest}` look like versions, but none is in the format {formats}"
        other = f"tag the last release in the format {formats}"
        if len(packages) > 1 and families and not families[0].name:
            other += f": {_tag_commands(packages, families[0].tags[0], remote)}"
        fix = other
        if families and packages[0].name:
            fix = package_proposal(families, packages, other)
        elif families:
            fix = proposal(families, packages[0], partial(git.paths, rev), other)
        yield Finding("tag-format", what, fix)


def _tag_commands(packages: Sequence[Package], last: Tag, remote: str) -> str:
    """Return the commands that tag the commit of `last`, a release of all `packages`, in the format of each."""
    names = [package.format.render(last.version) for package in packages]
    return " && ".join((*(f"git tag {name} {last.name}" for name in names), f"git push {remote} {' '.join(names)}"))


def _quoted(word: str) -> str:
    from shlex import quote  # here because few repositories need it

    return quote(word)

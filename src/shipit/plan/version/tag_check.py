"""The findings about tags that make it impossible to recognise the last release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from shipit.core.versions import Tag, mismatched_tags, version_tags
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package.model import Package

Paths = Callable[[], Iterable[str]]


def tag_findings(
    tags: Mapping[str, str], histories: Sequence[History], paths: Paths, remote: str = "origin"
) -> Iterator[Finding]:
    """Yield a finding when there are version tags, but the last release cannot be recognised among them.

    Without these findings, the next release would get the first version again, or one that follows an old release.

    Args:
        tags: the commit id of each tag, by name.
        histories: the history of each package.
        paths: returns the paths of all files; called only when a finding proposes packages.
        remote: the name of the git remote, for the fixes.
    """
    mismatches = tuple(format_findings(tags, [history.package for history in histories], paths, remote))
    yield from mismatches
    for history in histories:
        yield from _outside_findings(tags, history)
        if not mismatches and _has_other_tags(history):
            from shipit.plan.version.other_tags import other_tag_findings  # few repositories need it

            yield from other_tag_findings(tags, history, paths, remote)


def _has_other_tags(history: History) -> bool:
    """Return whether a tag after the last stable release is not in the tag format."""
    return any(history.package.format.parse(name) is None for name in history.later_tags)


def _outside_findings(tags: Mapping[str, str], history: History) -> Iterator[Finding]:
    # Only stable versions count here: a first stable release may follow pre-releases that are on any branch.
    stable = version_tags(tags, history.package.format) if history.last is None else ()
    if stable:
        highest = stable[0].name
        only = "if this branch makes pre-releases only, give it a `prerelease` in `release.branches`"
        fix = f"git merge {highest}, or, {only}"
        yield Finding("tags-outside", f"tags such as `{highest}` are not in the history of this branch", fix)


def format_findings(
    tags: Mapping[str, str], packages: Sequence[Package], paths: Paths, remote: str
) -> Iterator[Finding]:
    """Yield a finding when tags look like versions, but none is in the configured tag format.

    Such tags would not be recognised as releases. The arguments are those of `tag_findings`.
    """
    lookalikes = mismatched_tags(tags, [package.format for package in packages])
    if lookalikes:
        from shipit.core.versions.tag_family import tag_families
        from shipit.plan.version.other_tags import proposal

        formats = " or ".join(f"`{package.format.template}`" for package in packages)
        families = tag_families({name: tags[name] for name in lookalikes})
        newest = families[0].tags[0].name if families else lookalikes[-1]
        what = f"tags such as `{newest}` look like versions, but none is in the format {formats}"
        other = f"tag the last release in the format {formats}"
        if len(packages) > 1 and families and not families[0].name:
            other += f": {_tag_commands(packages, families[0].tags[0], remote)}"
        yield Finding("tag-format", what, proposal(families, packages[0], paths, other) if families else other)


def _tag_commands(packages: Sequence[Package], last: Tag, remote: str) -> str:
    """Return the commands that tag the commit of `last`, a release of all `packages`, in the format of each."""
    names = [package.format.render(last.version) for package in packages]
    return " && ".join((*(f"git tag {name} {last.name}" for name in names), f"git push {remote} {' '.join(names)}"))

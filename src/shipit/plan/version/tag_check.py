"""The findings about tags that make it impossible to recognise the last release."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from shipit.core.versions import mismatched_tags, suggested_format, version_tags
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package import Package


def tag_findings(tags: Collection[str], histories: Collection[History]) -> Iterator[Finding]:
    """Yield a finding when there are version tags, but none of them is usable as the last release.

    Without these findings, the next release would get the first version again.

    Args:
        tags: the names of all tags.
        histories: the history of each package.
    """
    yield from format_findings(tags, [history.package for history in histories])
    for history in histories:
        # Only stable versions count here: a first stable release may follow pre-releases that are on any branch.
        stable = version_tags(dict.fromkeys(tags, ""), history.package.format) if history.last is None else ()
        if stable:
            highest = stable[0].name
            only = "if this branch makes pre-releases only, give it a `prerelease` in `release.branches`"
            fix = f"git merge {highest}, or, {only}"
            yield Finding("tags-outside", f"tags such as `{highest}` are not in the history of this branch", fix)


def format_findings(tags: Collection[str], packages: Sequence[Package]) -> Iterator[Finding]:
    """Yield a finding when tags look like versions, but none is in the configured tag format.

    Such tags would not be recognised as releases.
    """
    lookalikes = mismatched_tags(tags, [package.format for package in packages])
    if lookalikes:
        formats = " or ".join(f"`{package.format.template}`" for package in packages)
        newest = lookalikes[-1]
        table = f"[packages.{packages[0].name}]" if packages[0].name else "[release]"
        fix = (
            f'set `tag = "{suggested_format(newest)}"` under `{table}`, or tag the last release in the format {formats}'
        )
        what = f"tags such as `{newest}` look like versions, but none is in the format {formats}"
        yield Finding("tag-format", what, fix)

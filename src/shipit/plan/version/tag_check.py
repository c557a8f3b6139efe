"""Tags that cannot be trusted to tell which release was the last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from shipit.core.versions import mismatched_tags, suggested_format, version_tags
from shipit.finding import Finding
from shipit.plan.version.history import History
from shipit.plan.version.package import Package


def tag_findings(tags: Collection[str], histories: Collection[History]) -> Iterator[Finding]:
    """Tags that cannot be trusted to tell the last release: counting would start again at the first version."""
    yield from format_findings(tags, [history.package for history in histories])
    for history in histories:
        # Pre-releases never stick: a first release may follow them, wherever they are.
        known = version_tags(dict.fromkeys(tags, ""), history.package.format) if history.last is None else ()
        if known:
            highest = known[0].name
            only = "if this branch makes pre-releases only, give it a `prerelease` in `release.branches`"
            fix = f"git merge {highest}, or, {only}"
            yield Finding("tags-outside", f"tags such as `{highest}` are not in the history of this branch", fix)


def format_findings(tags: Collection[str], packages: Sequence[Package]) -> Iterator[Finding]:
    """Tags that look like versions, where none is written as the configuration says: releases nobody would see."""
    lookalikes = mismatched_tags(tags, [package.format for package in packages])
    if lookalikes:
        wanted = " or ".join(f"`{package.format.template}`" for package in packages)
        newest = lookalikes[-1]
        table = f"[packages.{packages[0].name}]" if packages[0].name else "[release]"
        fix = f'set `tag = "{suggested_format(newest)}"` under `{table}`, or tag the last release as {wanted} says'
        what = f"tags such as `{newest}` look like versions, but none is in the format {wanted}"
        yield Finding("tag-format", what, fix)

"""Tags that cannot be trusted to tell which release was the last."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shipit.core.tag import mismatched, suggested_format
from shipit.errors import Finding
from shipit.plan.history import History


def tag_findings(tags: Collection[str], histories: Collection[History]) -> Iterator[Finding]:
    """Tags that cannot be trusted to tell the last release: counting would start again at the first version."""
    formats = [history.package.format for history in histories]
    lookalikes = mismatched(tags, formats)
    if lookalikes:
        wanted = " or ".join(f"`{format.template}`" for format in formats)
        newest = lookalikes[-1]
        fix = f'set `tag = "{suggested_format(newest)}"` under `[release]`, or tag the last release as {wanted} says'
        what = f"tags such as `{newest}` look like versions, but none is in the format {wanted}"
        yield Finding("tag-format", what, fix)
    for history in histories:
        known = [name for name in tags if history.package.format.parse(name)]
        if known and history.last is None:
            fix = f"git merge {known[-1]}, or give this branch's releases a tag format of their own"
            yield Finding("tags-outside", f"tags such as `{known[-1]}` are not in the history of this branch", fix)

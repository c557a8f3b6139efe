"""The body of a release pull request: what merging it releases, and why. It is never read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipit.core import limits
from shipit.core.notes import inline
from shipit.core.notes.links import Links
from shipit.plan.release.steps.package_release import PackageRelease
from shipit.plan.version import CommitReason

_LEFT_OUT = "\n(the rest is too long for a pull request; it is in the changelog)\n"


def proposal_body(releases: Sequence[PackageRelease], notes: Sequence[str], links: Links | None) -> str:
    """Return the body, at most as long as GitHub accepts; text of commits is escaped, so that it closes no issue.

    Args:
        releases: the packages to release.
        notes: the notes of each of them.
        links: makes links to commits; None for no links.
    """
    names = ", ".join(entry.name for entry in releases)
    head = (
        f"Merging this pull request, by any method, releases **{inline(names)}**. shipit updates it after each push. "
        "You can edit its files, such as the section in the changelog: your commits are kept. Do not edit this text, "
        "because shipit writes it again. To wait with this release, close the pull request.\n"
    )
    pairs = zip(releases, notes, strict=True)
    parts = [head, *(part for entry, text in pairs for part in _release(entry, text, links))]
    body = "\n".join(parts)
    if len(body) <= limits.COMMENT:
        return body
    return body[: limits.COMMENT - len(_LEFT_OUT)].rpartition("\n")[0] + _LEFT_OUT


def _release(entry: PackageRelease, notes: str, links: Links | None) -> Iterator[str]:
    decision = entry.next_release.decision
    after = f"after {decision.previous}, {decision.bump}" if decision.previous else "the first release"
    yield f"**{inline(entry.name)}** ({after})\n"
    yield from (f"* {_commit(each, links)} ({inline(each.reason)})" for each in decision.reasons)
    if decision.unreadable:
        yield "\nNot counted, because they cannot be read:\n"
        yield from (f"* {_commit(each, links)} ({inline(each.reason)})" for each in decision.unreadable)
    yield f"\n---\n\n{notes}"


def _commit(each: CommitReason, links: Links | None) -> str:
    id = f"[`{each.commit[:7]}`]({links.commit(each.commit)})" if links else f"`{each.commit[:7]}`"
    return f"{id} {inline(each.subject, links)}"

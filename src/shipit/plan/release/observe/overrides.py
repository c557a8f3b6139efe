"""The messages that people wrote into the bodies of merged pull requests, in place of those of the commits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipit.core.commits import subject
from shipit.core.commits.text.blocks import begun_overrides, override_of
from shipit.errors import AuthError
from shipit.finding import Finding
from shipit.plan.version import Correction, History, overridden
from shipit.world import MergedPullRequest, World

_NAMES_PULL_REQUEST = re.compile(r"#[0-9]")

_UNREAD = Finding(
    "overrides-unread",
    "the token may not read pull requests, so a message between `BEGIN_COMMIT_OVERRIDE` and `END_COMMIT_OVERRIDE` in "
    "the body of a merged one does not count",
    "give the token `pull-requests: read`; in GitHub Actions, in `permissions` of the job",
    "warning",
)


def with_overrides(
    world: World, histories: Sequence[History], branch: str
) -> tuple[tuple[History, ...], tuple[Finding, ...]]:
    """Return `histories` with the messages in the bodies of the pull requests that were merged into `branch`.

    The forge is only asked if the subject of a commit since the last release names a pull request. If the token may
    not read pull requests, `histories` are returned unchanged, with a warning.
    """
    commits = (each for history in histories for each in (*history.since.commits, *history.others))
    if not any(_NAMES_PULL_REQUEST.search(subject(each.message)) for each in commits):
        return tuple(histories), ()
    try:
        found = world.forge.merged_pull_requests(branch)
    except AuthError:
        return tuple(histories), (_UNREAD,)
    overrides = {each.commit: override for each in found for override in _override(each)}
    return tuple(overridden(history, overrides) if overrides else history for history in histories), ()


def _override(found: MergedPullRequest) -> Iterator[Correction]:
    """Yield the correction in the body of a pull request, with the reason if it does not count; nothing without one."""
    begun, message = begun_overrides(found.body), override_of(found.body)
    place = f"the body of pull request #{found.number}"
    if begun and not found.by_writer:
        why = "GitHub does not show its author as an owner, a member or a collaborator: use a git note"
        yield Correction(None, place, why)
    elif begun and message is None:
        yield Correction(None, place, "it has no text, or the line `END_COMMIT_OVERRIDE` is missing")
    elif message:
        yield Correction(message, place, "only the first block counts" if begun > 1 else "")

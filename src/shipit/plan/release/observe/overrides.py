"""The messages that people wrote into the bodies of merged pull requests, in place of those of the commits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

from shipit.core.commits import subject
from shipit.core.commits.text.override import override_of
from shipit.errors import AuthError
from shipit.plan.version import Correction, History, overridden
from shipit.world import World

_NAMES_PULL_REQUEST = re.compile(r"#[0-9]")


def with_overrides(world: World, histories: Sequence[History], branch: str) -> tuple[History, ...]:
    """Return `histories` with the messages in the bodies of the pull requests that were merged into `branch`.

    The forge is only asked if the subject of a commit since the last release names a pull request. If the token may
    not read pull requests, `histories` are returned unchanged.
    """
    commits = (each for history in histories for each in (*history.since.commits, *history.others))
    if not any(_NAMES_PULL_REQUEST.search(subject(each.message)) for each in commits):
        return tuple(histories)
    overrides: dict[str, Correction] = {}
    with suppress(AuthError):
        for found in world.forge.merged_pull_requests(branch):
            message = override_of(found.body)
            if message:
                overrides[found.commit] = Correction(message, f"the body of pull request #{found.number}")
    return tuple(overridden(history, overrides) for history in histories) if overrides else tuple(histories)

"""Which commits cancel each other.

A revert cancels what it names, and is itself cancelled by its own revert, which so restores the first.
What a revert of a merge cancels is everything the merge brought.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from shipit.core.commits.reverts.match_text import MatchTexts
from shipit.core.commits.reverts.revert import parse_revert
from shipit.core.commits.reverts.revert_targets import find_targets, with_merged


def cancelled(commits: MatchTexts) -> dict[int, str]:
    """Why commits drop out, by position: reverts together with what they revert. Takes linear time.

    Args:
        commits: newest first. What reverts something that is not among them stays, for that was released.
    """
    reverts = {at: revert for at in commits.possible_reverts if (revert := parse_revert(commits.messages[at]))}
    if not reverts:
        return {}
    named = find_targets(commits, reverts)
    if all(at is None for found in named.values() for at in found):
        return {}
    places = {id: at for at, id in enumerate(commits.ids)}
    targets = {at: with_merged(commits, places, found, reverts[at]) for at, found in named.items()}
    whole = {at: _ids(commits, found) for at, found in named.items() if found and None not in found}
    reasons = {at: f"reverts {ids}" for at, ids in whole.items()}
    return reasons | {at: f"reverted by {commits.ids[by][:7]}" for at, by in _undone(targets).items()}


def _ids(commits: MatchTexts, found: Sequence[int | None]) -> str:
    return ", ".join(commits.ids[at][:7] for at in found if at is not None)


def _undone(targets: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Each cancelled position with the revert that cancels it.

    A revert is looked at when all reverts of itself have been, whatever the order of the log.
    """
    waiting = Counter(at for found in targets.values() for at in found if at in targets)
    ready = [at for at in targets if at not in waiting]
    undone: dict[int, int] = {}
    while ready:
        revert = ready.pop()
        if revert not in undone:
            for at in targets[revert]:
                undone.setdefault(at, revert)
        for at in targets[revert]:
            if at in waiting:
                waiting[at] -= 1
                if not waiting[at]:
                    ready.append(at)
    return undone

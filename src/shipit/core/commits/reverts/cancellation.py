"""Detection of commits that cancel each other.

A revert cancels the commits that it names. If the revert is itself reverted, it is cancelled, and those commits count
again. The revert of a merge cancels all commits that the merge added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from shipit.core.commits.reverts.match_text import MatchTexts
from shipit.core.commits.reverts.revert import parse_revert
from shipit.core.commits.reverts.revert_targets import find_targets, with_merged


def cancelled(commits: MatchTexts) -> dict[int, str]:
    """Return, by position, the reasons why commits are cancelled: reverts and the commits they revert.

    Takes linear time.

    Args:
        commits: newest first. A revert of a commit that is not among them is kept, because that commit was released.
    """
    reverts = {index: revert for index in commits.possible_reverts if (revert := parse_revert(commits.messages[index]))}
    if not reverts:
        return {}
    found = find_targets(commits, reverts)
    if all(target is None for targets in found.values() for target in targets):
        return {}
    position_of = {id: index for index, id in enumerate(commits.ids)}
    targets_of = {index: with_merged(commits, position_of, found[index], reverts[index]) for index in found}
    complete = {index: targets for index, targets in found.items() if targets and None not in targets}
    reasons = {index: f"reverts {_short_ids(commits, targets)}" for index, targets in complete.items()}
    reverted = {index: f"reverted by {commits.ids[revert][:7]}" for index, revert in _reverted_by(targets_of).items()}
    return reasons | reverted


def _short_ids(commits: MatchTexts, positions: Sequence[int | None]) -> str:
    return ", ".join(commits.ids[index][:7] for index in positions if index is not None)


def _reverted_by(targets_of: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return each reverted position with the position of the revert that takes effect.

    A revert is processed after all reverts of itself, in any order of the log.
    """
    waiting = Counter(target for targets in targets_of.values() for target in targets if target in targets_of)
    ready = [revert for revert in targets_of if revert not in waiting]
    reverted_by: dict[int, int] = {}
    while ready:
        revert = ready.pop()
        if revert not in reverted_by:
            for target in targets_of[revert]:
                reverted_by.setdefault(target, revert)
        for target in targets_of[revert]:
            if target in waiting:
                waiting[target] -= 1
                if not waiting[target]:
                    ready.append(target)
    return reverted_by

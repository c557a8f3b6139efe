"""Search for the commits that reverts name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from shipit.core.commits.reverts.match_text import MatchTexts
from shipit.core.commits.reverts.revert import Revert
from shipit.core.commits.text.message import pull_request, subject, without_number

Positions = list[int | None]
"""Positions of the commits that one revert names; None for each that is not among the commits."""


def find_targets(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Positions]:
    """Return the positions of the commits that each revert names. The oldest revert is first.

    A commit is found by its id. If that fails, because ids change when a branch is rebased, it is found by its pull
    request or by its subject.

    Args:
        reverts: the reverts among `commits`, by position.
    """
    targets = _find_by_id(commits, reverts)
    others = {index: revert for index, revert in reverts.items() if not _has_position(targets[index])}
    if others:
        targets |= _find_by_text(commits, others)
    return {index: targets[index] for index in sorted(reverts, reverse=True)}


def _has_position(positions: Positions) -> bool:
    return any(position is not None for position in positions)


def _find_by_id(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Positions]:
    with_prefix: dict[str, list[int]] = {id[:7]: [] for revert in reverts.values() for id in revert.ids}
    for index, id in enumerate(commits.ids if with_prefix else ()):
        if id[:7] in with_prefix:
            with_prefix[id[:7]].append(index)

    def position_of(id: str) -> int | None:
        found = [index for index in with_prefix[id[:7]] if commits.ids[index].startswith(id)]
        return found[0] if len(found) == 1 else None

    return {index: [position_of(id) for id in revert.ids] for index, revert in reverts.items()}


def _find_by_text(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Positions]:
    """Find commits by pull request or subject. Goes from old to new, so that a revert names only older commits."""
    subjects: dict[str, list[int]] = {revert.subject: [] for revert in reverts.values()}
    numbers: dict[str, int | None] = {number: None for revert in reverts.values() for number in revert.numbers}
    targets = {}
    for index in sorted(_candidates((*subjects, *numbers), commits, reverts), reverse=True):
        if revert := reverts.get(index):
            by_number = [numbers[number] for number in revert.numbers]
            targets[index] = by_number if _has_position(by_number) else [_take_newest(subjects[revert.subject])]
        line = subject(commits.messages[index])
        if line in subjects:
            subjects[line].append(index)
        if "#" in line:
            bare = without_number(line)
            if bare in subjects and bare != line:
                subjects[bare].append(index)
            if (number := pull_request(line)) in numbers:
                numbers[number] = index
    return targets


def _candidates(texts: Iterable[str], commits: MatchTexts, reverts: Collection[int]) -> Collection[int]:
    """Return the positions to search: only those of the reverts if no other message contains one of `texts`."""
    others = "\n".join([message for index, message in enumerate(commits.messages) if index not in reverts])
    return range(len(commits.ids)) if any(text in others for text in texts) else reverts


def _take_newest(positions: list[int]) -> int | None:
    """Return the last of `positions`, and remove it unless it is the only one; None if there is none."""
    return positions.pop() if len(positions) > 1 else next(iter(positions), None)


def with_merged(
    commits: MatchTexts, position_of: Mapping[str, int], targets: Sequence[int | None], revert: Revert
) -> list[int]:
    """Return the positions of the reverted commits; for a reverted merge also those of the commits it added.

    Args:
        position_of: the position of each commit, by id.
        targets: the result of `find_targets` for `revert`.
    """
    named = [index for index in targets if index is not None]
    merges = (index for index in named if " " in commits.parents[index])
    added = (_added_by_merge(commits, position_of, merge, revert.mainline) for merge in merges)
    return [*named, *(index for merged in added for index in merged)]


def _added_by_merge(commits: MatchTexts, position_of: Mapping[str, int], merge: int, mainline: str | None) -> list[int]:
    """Return the positions of the commits that a merge added to its mainline.

    Walks from the parents to older commits, and stops when only ancestors of the mainline parent are left.

    Args:
        merge: position of the merge.
        mainline: id of the mainline parent, full or abbreviated; None for the first parent.
    """
    parents = commits.parents[merge].split()
    main = next((parent for parent in parents if mainline and parent.startswith(mainline)), parents[0])
    # The positions still to visit, each with whether it is an ancestor of the mainline parent.
    to_visit = {position_of[parent]: parent == main for parent in parents if parent in position_of}
    added = []
    while not all(to_visit.values()):
        index = min(to_visit)  # the newest: all of its descendants have been visited
        in_mainline = to_visit.pop(index)
        if not in_mainline:
            added.append(index)
        for parent in commits.parents[index].split():
            older = position_of.get(parent, index)
            if older > index:
                to_visit[older] = to_visit.get(older, False) or in_mainline
    return added

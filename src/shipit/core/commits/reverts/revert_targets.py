"""Finding the commits that reverts name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from shipit.core.commits.message import pull_request, subject, without_number
from shipit.core.commits.reverts.match_text import MatchTexts
from shipit.core.commits.reverts.revert import Revert

Places = list[int | None]


def find_targets(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Places]:
    """For each revert the positions it names, None where it names something else. Oldest revert first.

    Found by id; else, as ids change when a branch is rebased, by pull request or by subject.
    """
    named = _by_id(commits, reverts)
    others = {at: revert for at, revert in reverts.items() if not _any(named[at])}
    if others:
        named |= _by_text(commits, others)
    return {at: named[at] for at in sorted(reverts, reverse=True)}


def _any(found: Places) -> bool:
    return any(at is not None for at in found)


def _by_id(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Places]:
    prefixes: dict[str, list[int]] = {id[:7]: [] for revert in reverts.values() for id in revert.ids}
    for at, id in enumerate(commits.ids if prefixes else ()):
        if id[:7] in prefixes:
            prefixes[id[:7]].append(at)

    def place(id: str) -> int | None:
        same = [at for at in prefixes[id[:7]] if commits.ids[at].startswith(id)]
        return same[0] if len(same) == 1 else None

    return {at: [place(id) for id in revert.ids] for at, revert in reverts.items()}


def _by_text(commits: MatchTexts, reverts: Mapping[int, Revert]) -> dict[int, Places]:
    """By pull request or subject; goes from old to new, so that a text means something older."""
    subjects: dict[str, list[int]] = {revert.subject: [] for revert in reverts.values()}
    numbers: dict[str, int | None] = {number: None for revert in reverts.values() for number in revert.numbers}
    named = {}
    for at in sorted(_holding((*subjects, *numbers), commits, reverts), reverse=True):
        if revert := reverts.get(at):
            found = [numbers[number] for number in revert.numbers]
            named[at] = found if _any(found) else [_nearest(subjects[revert.subject])]
        line = subject(commits.messages[at])
        if line in subjects:
            subjects[line].append(at)
        if "#" in line:
            bare = without_number(line)
            if bare in subjects and bare != line:
                subjects[bare].append(at)
            if (number := pull_request(line)) in numbers:
                numbers[number] = at
    return named


def _holding(texts: Iterable[str], commits: MatchTexts, reverts: Collection[int]) -> Collection[int]:
    """Positions to be looked at: those of the reverts alone where no other message holds one of the texts."""
    others = "\n".join([message for at, message in enumerate(commits.messages) if at not in reverts])
    return range(len(commits.ids)) if any(text in others for text in texts) else reverts


def _nearest(same: list[int]) -> int | None:
    """The last of several that no other revert has taken."""
    return same.pop() if len(same) > 1 else next(iter(same), None)


def with_merged(
    commits: MatchTexts, places: Mapping[str, int], found: Sequence[int | None], revert: Revert
) -> list[int]:
    """The positions named, and with a merge also the commits it brought."""
    direct = [at for at in found if at is not None]
    brought = (_brought(commits, places, at, revert.mainline) for at in direct if " " in commits.parents[at])
    return [*direct, *(at for merged in brought for at in merged)]


def _brought(commits: MatchTexts, places: Mapping[str, int], merge: int, mainline: str | None) -> list[int]:
    """What a merge added to its mainline parent (the first where not told): a walk that stops where both lines meet."""
    parents = commits.parents[merge].split()
    main = next((parent for parent in parents if mainline and parent.startswith(mainline)), parents[0])
    shared = {places[parent]: parent == main for parent in parents if parent in places}
    brought = []
    while not all(shared.values()):
        at = min(shared)  # the newest: whatever leads to it has been seen
        from_main = shared.pop(at)
        if not from_main:
            brought.append(at)
        for parent in commits.parents[at].split():
            older = places.get(parent, at)
            if older > at:
                shared[older] = shared.get(older, False) or from_main
    return brought

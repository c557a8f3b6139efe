"""Finding the commits that reverts name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from shipit.core.commit import pull_request, subject, without_number
from shipit.core.log import RawCommit
from shipit.core.revert import Revert


def find_named(commits: Sequence[RawCommit], reverts: Mapping[int, Revert]) -> dict[int, list[int | None]]:
    """For each revert the positions it names, None where it names something else."""
    index = _Index(commits)
    named = {}
    for at in range(len(commits) - 1, -1, -1):
        if at in reverts:
            named[at] = index.find(reverts[at])
        index.add(at)
    return named


class _Index:
    """Finds a commit by what a revert says of it. Grows from old to new, so that texts mean something older."""

    def __init__(self, commits: Sequence[RawCommit]) -> None:
        self._commits = commits
        self._subjects: defaultdict[str, list[int]] = defaultdict(list)
        self._numbers: dict[str, int] = {}
        self._prefixes: defaultdict[str, list[int]] = defaultdict(list)
        for at, commit in enumerate(commits):
            self._prefixes[commit.id[:7]].append(at)

    def add(self, at: int) -> None:
        line = subject(self._commits[at].message)
        for name in {line, without_number(line)}:
            self._subjects[name].append(at)
        if number := pull_request(line):
            self._numbers[number] = at

    def find(self, revert: Revert) -> list[int | None]:
        """By id; else, as ids change when a branch is rebased, by pull request or by subject."""
        for named in (map(self._by_id, revert.ids), map(self._numbers.get, revert.numbers)):
            found = list(named)
            if any(at is not None for at in found):
                return found
        return [self._by_subject(revert.subject)]

    def _by_id(self, id: str) -> int | None:
        same = [at for at in self._prefixes.get(id[:7], ()) if self._commits[at].id.startswith(id)]
        return same[0] if len(same) == 1 else None

    def _by_subject(self, line: str) -> int | None:
        """The nearest older commit of that subject which no other revert has taken."""
        same = self._subjects.get(line)
        if not same:
            return None
        return same.pop() if len(same) > 1 else same[0]


def with_merged(
    commits: Sequence[RawCommit], places: Mapping[str, int], found: Sequence[int | None], revert: Revert
) -> list[int]:
    """The positions named, and with a merge also the commits it brought."""
    direct = [at for at in found if at is not None]
    brought = (_brought(commits, places, at, revert.mainline) for at in direct if len(commits[at].parents) > 1)
    return [*direct, *(at for merged in brought for at in merged)]


def _brought(commits: Sequence[RawCommit], places: Mapping[str, int], merge: int, mainline: str | None) -> list[int]:
    """What a merge added to its mainline parent (the first where not told): a walk that stops where both lines meet."""
    parents = commits[merge].parents
    main = next((parent for parent in parents if mainline and parent.startswith(mainline)), parents[0])
    shared = {places[parent]: parent == main for parent in parents if parent in places}
    brought = []
    while not all(shared.values()):
        at = min(shared)  # the newest: whatever leads to it has been seen
        from_main = shared.pop(at)
        if not from_main:
            brought.append(at)
        for parent in commits[at].parents:
            older = places.get(parent, at)
            if older > at:
                shared[older] = shared.get(older, False) or from_main
    return brought

"""Which commits cancel each other.

A revert names what it undoes by commit id, by pull request or by subject:

>>> parse_revert('Revert "feat: x"\\n\\nThis reverts commit 0123abc.').ids
('0123abc',)
>>> parse_revert('Revert "feat: x (#12)" (#13)\\n\\nReverts acme/app#12').numbers
('12',)
>>> parse_revert("revert: feat: x").subject
'feat: x'

It cancels what it names, and is itself cancelled by its own revert, which so restores the first.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shipit.core.commit import subject
from shipit.core.log import RawCommit


@dataclass(frozen=True, slots=True)
class Revert:
    """What a commit says it undoes.

    `pull_request` is the trailing ` (#13)` of the revert itself; `mainline` is the parent that the revert of a
    merge went back to.
    """

    subject: str
    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    mainline: str | None = None
    pull_request: str = ""

    @property
    def description(self) -> str:
        """What to call it under "Reverts": the reverted subject, with the pull request that reverted it."""
        return without_number(self.subject) + self.pull_request if self.pull_request else self.subject


_QUOTED = re.compile(r'(?P<verb>revert|reapply) "(?P<subject>.+)"(?P<number> \(#\d+\))?\s*$', re.IGNORECASE)
_TYPED = re.compile(r'revert(?:\([^()]*\))?!?\s*[:：]\s*(?P<subject>"(?P<quoted>.+)"|.+)', re.IGNORECASE)
_IDS = re.compile(r"^This reverts commits? ([0-9a-f]{7,64})(?:, reversing\s+changes made to ([0-9a-f]{7,64}))?", re.M)
_REFS = re.compile(r"^Refs: ([0-9a-f]{7,64}(?:, *[0-9a-f]{7,64})*)[ \t]*$", re.MULTILINE)
_PULL_REQUESTS = re.compile(r"^Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)", re.MULTILINE)
_NUMBER = re.compile(r"\s*\(#(\d+)\)$")
_MERGED = re.compile(r"Merge pull request #(\d+) ")


def parse_revert(message: str) -> Revert | None:
    """What the message reverts; None when it is no revert."""
    line = subject(message)
    match = _QUOTED.match(line)
    if match:
        again = match["verb"].lower() == "reapply"  # git's name for the revert of a revert
        what, number = (f'Revert "{match["subject"]}"' if again else match["subject"]), match["number"] or ""
        ids = ()
    elif match := _TYPED.match(line):
        what = match["quoted"] or match["subject"].rstrip()
        number = what[len(without_number(what)) :]
        what = without_number(what)
        ids = tuple(id for refs in _REFS.findall(message) for id in re.findall(r"[0-9a-f]+", refs))
    else:
        return None
    named = _IDS.findall(message)
    mainline = next((parent for _, parent in named if parent), None)
    return Revert(what, (*(id for id, _ in named), *ids), tuple(_PULL_REQUESTS.findall(message)), mainline, number)


def without_number(subject: str) -> str:
    """`feat: x (#12)` as `feat: x`."""
    return _NUMBER.sub("", subject)


def pull_request(subject: str) -> str | None:
    """The number in a trailing `(#12)`, or in GitHub's subject of a merge."""
    match = _NUMBER.search(subject) or _MERGED.match(subject)
    return match[1] if match else None


def cancelled(commits: Sequence[RawCommit]) -> dict[int, str]:
    """Why commits drop out, by position: reverts together with what they revert. Takes linear time.

    Args:
        commits: newest first. What reverts something that is not among them stays, for that was released.
    """
    candidates = ((at, parse_revert(commit.message)) for at, commit in enumerate(commits) if _may_revert(commit))
    reverts = {at: revert for at, revert in candidates if revert}
    if not reverts:
        return {}
    named = _named(commits, reverts)
    places = {commit.id: at for at, commit in enumerate(commits)}
    targets = {at: _with_merged(commits, places, found, reverts[at]) for at, found in named.items()}
    whole = {at: _ids(commits, found) for at, found in named.items() if found and None not in found}
    reasons = {at: f"reverts {ids}" for at, ids in whole.items()}
    return reasons | {at: f"reverted by {commits[by].id[:7]}" for at, by in _undone(targets).items()}


def _may_revert(commit: RawCommit) -> bool:
    return subject(commit.message)[:7].lower() in ("revert ", "revert:", "revert(", "revert!", "revert：", "reapply")


def _ids(commits: Sequence[RawCommit], found: Sequence[int | None]) -> str:
    return ", ".join(commits[at].id[:7] for at in found if at is not None)


def _named(commits: Sequence[RawCommit], reverts: Mapping[int, Revert]) -> dict[int, list[int | None]]:
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
        for named in ([self._by_id(id, revert.subject) for id in revert.ids], map(self._numbers.get, revert.numbers)):
            found = list(named)
            if any(at is not None for at in found):
                return found
        return [self._by_subject(revert.subject)]

    def _by_id(self, id: str, line: str) -> int | None:
        same = [at for at in self._prefixes.get(id[:7], ()) if self._commits[at].id.startswith(id)]
        if len(same) > 1:
            same = [at for at in same if subject(self._commits[at].message) == line]
        return same[0] if len(same) == 1 else None

    def _by_subject(self, line: str) -> int | None:
        """The nearest older commit of that subject which no other revert has taken."""
        same = self._subjects.get(line)
        if not same:
            return None
        return same.pop() if len(same) > 1 else same[0]


def _with_merged(
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
            if parent in places:
                shared[places[parent]] = shared.get(places[parent], False) or from_main
    return brought


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

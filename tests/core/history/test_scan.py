"""Tests that the fast ways to read commits give the same results as reading each message in full."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import pytest
from differential.shapes import SHAPES
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shipit.core.commits import (
    Entry,
    PrefixCache,
    RawCommit,
    Readings,
    Rules,
    drop_reasons,
    normalize_commit,
    read_commit,
    read_commits,
    requested_version,
)
from shipit.core.commits.readings import mark_dropped
from shipit.core.history import columns, records
from shipit.core.history.scan import HistoryScan
from shipit.core.notes.notes import NotesItem

RULES = {
    "the defaults": Rules.of(),
    "more types, aliases and scopes": Rules.of(
        {
            "chore": "patch",
            "docs(api)": "patch",
            "fix(deps)": "none",
            "wip": "minor",
            "wip-x": "patch",
            "소식": "patch",
        },
        {"Feats": "feat", "chores": "chore"},
    ),
}


def stream(messages: Sequence[str]) -> bytes:
    """Return the log of a line of commits with these messages, newest first; `{1}` in a message is the oldest id."""
    ids = [hashlib.sha1(f"{index} {message!r}".encode()).hexdigest() for index, message in enumerate(messages)]
    with_ids = [message.replace("{1}", ids[-1]) for message in messages]
    parents = [*(f"{id} {ids[-1]}" if index % 4 == 3 else id for index, id in enumerate(ids[1:])), ""]
    rows = zip(ids, parents, with_ids, strict=False)
    fields = ((id, lines, f"Author {id[0]}", "1700000000", message) for id, lines, message in rows)
    return b"".join("".join(f"{field}\0" for field in row).encode("utf-8", "surrogatepass") for row in fields)


Shown = list[tuple[object, ...]]


def shown(entries: Sequence[Entry]) -> Shown:
    """Return the fields of each entry that release notes can show."""
    return [
        (entry.id, entry.author, replace(entry.commit, body="", footers=(), warnings=()), NotesItem(entry, "").closes)
        for entry in entries
    ]


def slowly(log: bytes, rules: Rules) -> Shown:
    return shown(read_in_full(records([log]), rules).entries)


class NoCache(PrefixCache):
    """A cache that is always empty, so that each message is parsed."""

    def __missing__(self, prefix: str) -> None:
        return None


def read_in_full(commits: Iterable[RawCommit], rules: Rules) -> Readings:
    """Return the readings without any shortcut."""
    normalized, cache = [normalize_commit(commit) for commit in commits], NoCache(rules)
    return Readings(mark_dropped(normalized, [read_commit(commit, cache) for commit in normalized]))


def scan_of(chunks: Sequence[bytes], rules: Rules) -> HistoryScan:
    scan = HistoryScan(rules)
    for part in columns(chunks):
        scan.add(part)
    return scan


def quickly(log: bytes, rules: Rules) -> Shown:
    scan = scan_of([log[:100], log[100:]], rules)
    positions = range(len(scan.log))
    dropped = drop_reasons(scan.match_texts(positions))
    kept = [(index, scan.log.commit(index)) for index in positions if index not in dropped]
    return shown([Entry(commit.id, commit.author, each) for index, commit in kept for each in scan.entries(index)])


STARTS = [
    "feat", "fix", "feat(api)", "FIX", "Feature", "feats", "docs", "docs(API)", "fix(deps)", "chore", "chore(release)", "revert",
    "소식", "unknown", "feat!", "docs(api)!", "feat ", "✨ feat", ":bug: fix", "\ufefffeat", "\n\nfeat", "  fix", "\u3000\nfeat", "\xa0fix", "feat()", "feat( a b )",
    "feat:x", "feat(a: b)", "feat(a", "PROJ-1", "wip", "WIP", "wip-x", "fixup! feat", "[wip] feat", "[skip release] fix", "fix：", "feat\tx",
    "BREAKING CHANGE", "Merge pull request #12 from a/b", "Merge branch 'x", 'Revert "feat', 'Reapply "fix', "feat\u2028x", "\u3000\nrevert", "",
]  # fmt: skip
COLONS = [": "] * 8 + [":", " : ", "：", ":\t", ":  ", ":\u00a0", " ", "!: ", ":\x0b", "", ": : "]
DESCRIPTIONS = [
    "x", "x (#12)", "x (#13)", 'x"', "feat: x", "", " ", "1.0.0", "v1.0.0", "begin 1.0.1-SNAPSHOT", "y [skip release]", "y [Release Skip]",
    "fix the revert", "로그인 (#12)", "x (#12)\r", "feat: x (#12)", "x\x0b", "x\ud800", "x (#12) ", 'x (#12)" (#14)',
]  # fmt: skip
BODIES = [
    "", "", "\n", "\n\nWhy.", "\n\nBREAKING CHANGE: gone", "\nBREAKING-CHANGE #4", "\n\n* feat: listed\n* fix: too (#7)\n", "\n\n- docs: listed",
    "\n\nCloses #12", "\nfixes #3\nResolves: #4, #5\n", "\n\nRefs: #9", "\n\n[skip release]", "\r\n\r\nCloses #8\r\n", "\rfix: y",
    "\n\nThis reverts commit {1}.", "\n\nReverts acme/app#12", "\n\n(cherry picked from commit {1})", "\n\nRelease-As: 9.0.0", "\n\nRelease-As: v",
    "\n\n```\nBREAKING CHANGE: no\n```\n", "\n\nSquashed commit of the following:\n\ncommit 1111111\n\n    feat: logged\n", "\n\nbreaking change: z",
    "\n\n* feat: a\n\nBREAKING CHANGE: b\n\nCloses #99", "\n\nSee #4.\n\nsome text\nClosed #5",
]  # fmt: skip
MESSAGES = [step for shapes in SHAPES.values() for shape in shapes for step in shape.steps if isinstance(step, str)]

made = st.builds(lambda *parts: "".join(parts), *map(st.sampled_from, (STARTS, COLONS, DESCRIPTIONS, BODIES)))
messages = made | st.sampled_from(MESSAGES) | st.text(st.characters(exclude_characters="\0"), max_size=30)


@given(st.lists(messages, max_size=12), st.sampled_from(list(RULES)))
def test_a_history_scan_finds_the_same_entries_as_reading_in_full(log: list[str], rules: str) -> None:
    assert quickly(stream(log), RULES[rules]) == slowly(stream(log), RULES[rules])


@given(st.lists(messages, max_size=12), st.sampled_from(list(RULES)))
def test_reading_with_the_prefix_cache_gives_the_same_as_reading_in_full(log: list[str], rules: str) -> None:
    commits = list(records([stream(log)]))
    quick = read_commits(commits, RULES[rules])
    assert quick == read_in_full(commits, RULES[rules])


@given(st.lists(messages, max_size=12), st.sampled_from(list(RULES)))
def test_the_requested_version_is_the_same_although_not_all_commits_are_read(log: list[str], rules: str) -> None:
    commits = list(records([stream(log)]))
    requested = requested_version(commits, RULES[rules])
    assert requested == read_in_full(commits, RULES[rules]).requested


@pytest.mark.slow
@pytest.mark.parametrize("rules", RULES)
def test_each_header_with_any_text_below_it_reads_the_same_quickly_and_in_full(rules: str) -> None:
    ends = [colon + text + body for colon in set(COLONS) for text in DESCRIPTIONS[:6] for body in set(BODIES[:8])]
    for start in STARTS:
        log = stream([start + end for end in sorted(ends)])
        assert quickly(log, RULES[rules]) == slowly(log, RULES[rules]), start
        commits = list(records([log]))
        quick = read_commits(commits, RULES[rules])
        assert quick == read_in_full(commits, RULES[rules]), start


def test_a_scan_keeps_only_the_header_of_a_commit_that_cannot_name_others() -> None:
    messages = ["feat: x (#12)\n\nA long body.", "Update\n\nAnother.", "docs: y\n\nA third."]
    assert scan_of([stream(messages)], Rules.of()).log.messages == ["feat: x (#12)", "Update", "docs: y"]


def test_an_entry_of_a_scan_has_scope_and_issues() -> None:
    scan = scan_of([stream(["fix(api): x\n\nCloses #12"])], Rules.of())
    (id,), (commit,) = scan.log.ids, scan.entries(0)
    assert NotesItem(Entry(id, "Ada", commit), commit.description).line == f"**api:** x ({id[:7]}), closes #12"

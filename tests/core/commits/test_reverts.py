"""Tests that a revert cancels the commits it names if all of them are unreleased."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.commits import RawCommit, Readings, Rules, read_commits
from shipit.core.versions import Bump

ORIGINAL = "1234567".ljust(40, "0")
SPELLINGS = {
    "git, full id": ("feat: x", f'Revert "feat: x"\n\nThis reverts commit {ORIGINAL}.'),
    "git, seven digits": ("feat: x", 'Revert "feat: x"\n\nThis reverts commit 1234567.'),
    "git, edited subject": ("feat: x", 'Revert "the search"\n\nThis reverts commit 12345670.'),
    "git, subject alone": ("feat: x", 'Revert "feat: x"'),
    "git, id of the commit before a rebase": ("feat: x", 'Revert "feat: x"\n\nThis reverts commit fedcba9.'),
    "typed": ("feat: x", "revert: feat: x"),
    "typed, scope": ("feat(api): x", "revert(api): feat(api): x"),
    "typed, non-standard spelling": ("feat: x", "⏪ Revert : feat: x"),
    "typed, below a line of white space": ("feat: x", "\u3000\nrevert: feat: x"),
    "typed, quoted": ("feat: x", 'revert: "feat: x"'),
    "typed, with an id": ("feat: x", f"revert: the search\n\nThis reverts commit {ORIGINAL}."),
    "typed, with Refs": ("feat: x", "revert: the search\n\nRefs: 1234567"),
    "typed, with its own number": ("feat: x (#12)", "revert: feat: x (#13)"),
    "button": ("feat: x (#12)", 'Revert "feat: x (#12)" (#13)\n\nReverts acme/app#12'),
    "button, subject alone": ("feat: x (#12)", 'Revert "feat: x (#12)" (#13)'),
    "button, edited title": ("feat: x (#12)", 'Revert "the search" (#13)\n\nReverts acme/app#12'),
    "button, edited title alone": ("feat: x (#12)", 'Revert "the search (#12)" (#13)'),
    "button, title without number": ("feat: x (#12)", 'Revert "feat: x" (#13)'),
    "of an unreadable commit": ("Update", 'Revert "Update"'),
    "of a commit that does not release": ("docs: x", 'Revert "docs: x"'),
}


def read(*commits: tuple[str, str], parents: dict[str, list[str]] | None = None) -> Readings:
    """Read commits, newest first, each an id and a message."""
    raws = [
        RawCommit(id.ljust(40, "0"), tuple(p.ljust(40, "0") for p in (parents or {}).get(id, ["e0"])), "", 0, message)
        for id, message in commits
    ]
    return read_commits(raws, Rules.of())


def outcomes(readings: Readings) -> list[tuple[str, str]]:
    return [(reading.outcome, reading.reason) for reading in readings.all]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_revert_and_the_reverted_commit_are_ignored(spelling: str) -> None:
    original, revert = SPELLINGS[spelling]
    readings = read(("abcdef1", revert), ("9", "fix: y"), (ORIGINAL, original), ("8", "fix: older"))
    assert outcomes(readings) == [
        ("ignored", "reverts 1234567"),
        ("counted", "fix → patch"),
        ("ignored", "reverted by abcdef1"),
        ("counted", "fix → patch"),
    ]
    assert readings.bump is Bump.PATCH


RELEASED = {
    'Revert "feat: x"\n\nThis reverts commit 1234567.': "feat: x",
    "revert: feat: x": "feat: x",
    'Revert "feat: x (#12)" (#13)\n\nReverts acme/app#12': "feat: x (#13)",
    'Revert "feat: x (#12)"': "feat: x (#12)",
    'Revert "docs: x"': "docs: x",
    'Reapply "feat: x"\n\nThis reverts commit 1234567.': 'Revert "feat: x"',
}


@pytest.mark.parametrize("message", RELEASED, ids=repr)
def test_the_revert_of_a_released_commit_is_a_patch_under_reverts(message: str) -> None:
    readings = read(("a", message), ("b", "feat: y (#7)"))
    assert outcomes(readings)[0] == ("counted", "revert → patch")
    entry = readings.all[0].entries[0]
    assert (entry.type, entry.description) == ("revert", RELEASED[message])


def test_a_revert_keeps_its_body_and_breaking_changes() -> None:
    readings = read(("a", 'Revert "feat: x"\n\nThis reverts commit 1234567.\n\nBREAKING CHANGE: x is gone'))
    assert readings.bump is Bump.MAJOR
    assert readings.entries[0].commit.breaking == ("x is gone",)


def test_a_revert_of_a_revert_restores_the_commit() -> None:
    readings = read(
        ("ccccccc", 'Revert "Revert "feat: x""\n\nThis reverts commit bbbbbbb.'),
        ("bbbbbbb", 'Revert "feat: x"\n\nThis reverts commit aaaaaaa.'),
        ("aaaaaaa", "feat: x"),
    )
    assert outcomes(readings) == [
        ("ignored", "reverts bbbbbbb"),
        ("ignored", "reverted by ccccccc"),
        ("counted", "feat → minor"),
    ]


def test_a_commit_that_git_calls_reapply_is_the_revert_of_a_revert() -> None:
    readings = read(("c", 'Reapply "feat: x"'), ("b", 'Revert "feat: x"'), ("a", "feat: x"))
    assert [entry.commit.description for entry in readings.entries] == ["x"]


def test_the_revert_button_of_github_on_a_revert_restores_the_commit() -> None:
    readings = read(
        ("c", 'Revert "Revert "feat: x (#1)" (#2)" (#3)\n\nReverts acme/app#2'),
        ("b", 'Revert "feat: x (#1)" (#2)\n\nReverts acme/app#1'),
        ("a", "feat: x (#1)"),
    )
    assert [reading.outcome for reading in readings.all] == ["ignored", "ignored", "counted"]


@given(st.integers(0, 40), st.booleans())
def test_a_commit_counts_after_an_even_number_of_nested_reverts(depth: int, by_id: bool) -> None:
    commits, subject = [("a0", "feat: x")], "feat: x"
    for level in range(1, depth + 1):
        body = f"\n\nThis reverts commit {commits[0][0].ljust(40, '0')}." if by_id else ""
        subject = f'Revert "{subject}"'
        commits.insert(0, (f"a{level:03}f", subject + body))
    assert (read(*commits).bump is Bump.MINOR) == (depth % 2 == 0)


def test_a_change_made_reverted_and_made_again_counts_once() -> None:
    readings = read(("c", "feat: x"), ("b", "revert: feat: x"), ("a", "feat: x"))
    assert [reading.outcome for reading in readings.all] == ["counted", "ignored", "ignored"]


def test_each_revert_by_subject_reverts_the_newest_older_commit_not_yet_reverted() -> None:
    twice = read(("d", "revert: fix: y"), ("c", "revert: fix: y"), ("b", "fix: y"), ("a", "fix: y"))
    assert [reading.reason for reading in twice.all[:2]] == ["reverts a000000", "reverts b000000"]
    assert twice.entries == ()


def test_a_revert_by_subject_does_not_revert_a_newer_commit() -> None:
    readings = read(("b", "feat: x"), ("a", "revert: feat: x"))
    assert [reading.outcome for reading in readings.all] == ["counted", "counted"]


def test_a_revert_of_another_pull_request_with_the_same_title_does_not_cancel_this_one() -> None:
    readings = read(("b", 'Revert "feat: x (#12)" (#20)\n\nReverts acme/app#12'), ("a", "feat: x (#13)"))
    assert [reading.outcome for reading in readings.all] == ["counted", "counted"]


def test_a_commit_is_found_by_id_even_if_wrong_clocks_sort_its_revert_first() -> None:
    readings = read(("aaaaaaa", "feat: x"), ("bbbbbbb", 'Revert "feat: x"\n\nThis reverts commit aaaaaaa.'))
    assert readings.entries == ()


def test_an_abbreviated_id_that_fits_two_commits_is_resolved_by_the_subject() -> None:
    revert = 'Revert "feat: x"\n\nThis reverts commit 1234567.'
    readings = read(("f", revert), ("12345678", "feat: y"), ("12345679", "feat: x"))
    assert [entry.commit.description for entry in readings.entries] == ["y"]


def test_a_revert_of_several_commits_cancels_them_all() -> None:
    revert = "revert: both\n\nRefs: aaaaaaa, bbbbbbb"
    readings = read(("f", revert), ("bbbbbbb", "feat: y"), ("aaaaaaa", "feat: x"))
    assert outcomes(readings)[0] == ("ignored", "reverts aaaaaaa, bbbbbbb")
    assert readings.bump is Bump.NONE


def test_a_revert_that_also_names_a_released_commit_still_counts() -> None:
    readings = read(("f", "revert: both\n\nRefs: aaaaaaa, bbbbbbb"), ("aaaaaaa", "feat: x"))
    assert outcomes(readings) == [("counted", "revert → patch"), ("ignored", "reverted by f000000")]


def test_commits_that_revert_each_other_are_read_without_an_endless_loop() -> None:
    readings = read(
        ("aaaaaaa", 'Revert "b"\n\nThis reverts commit bbbbbbb.'),
        ("bbbbbbb", 'Revert "a"\n\nThis reverts commit aaaaaaa.'),
    )
    assert len(readings.all) == 2


#   m (merges the branch b1 <- b2 into d1), r reverts m
GRAPH = {"d00000c": ["d00000b"], "d00000b": ["d00000a", "b000002"], "d00000a": ["0"], "b000002": ["b000001"]}
GRAPH["b000001"] = ["0"]
MERGED = [
    ("d00000b", "Merge pull request #7 from acme/search"),
    ("b000002", "fix: y"),
    ("d00000a", "feat: mainline"),
    ("b000001", "feat: x"),
    ("0", "feat: base"),
]


@pytest.mark.parametrize(
    "revert",
    [
        'Revert "Merge pull request #7 from acme/search"\n\nThis reverts commit d00000b, reversing\n'
        "changes made to d00000a.",
        'Revert "Merge pull request #7 from acme/search"\n\nThis reverts commit d00000b.',
        'Revert "Search"\n\nReverts acme/app#7',
    ],
)
def test_the_revert_of_a_merge_cancels_all_commits_that_the_merge_added(revert: str) -> None:
    readings = read(("d00000c", revert), *MERGED, parents=GRAPH)
    assert [entry.commit.description for entry in readings.entries] == ["mainline", "base"]
    assert readings.all[2].reason == "reverted by d00000c"


def test_the_revert_of_a_merge_can_keep_the_other_parent() -> None:
    revert = 'Revert "Merge"\n\nThis reverts commit d00000b, reversing\nchanges made to b000002.'
    readings = read(("d00000c", revert), *MERGED, parents=GRAPH)
    assert [entry.commit.description for entry in readings.entries] == ["y", "x", "base"]


def test_the_revert_of_the_revert_of_a_merge_restores_everything() -> None:
    revert = 'Revert "Merge"\n\nThis reverts commit d00000b.'
    again = ("d00000d", 'Reapply "Merge"\n\nThis reverts commit d00000c.')
    readings = read(again, ("d00000c", revert), *MERGED, parents=GRAPH | {"d00000d": ["d00000c"]})
    assert [entry.commit.description for entry in readings.entries] == ["y", "mainline", "x", "base"]


def test_many_commits_with_many_reverts_take_linear_time() -> None:
    commits = [(f"{number * 2654435761 % 2**40:010x}", f"feat: {number // 2}") for number in range(20_000)]
    commits[::2] = [
        (id, f'Revert "{message}"\n\nThis reverts commit {commits[index * 2 + 1][0]}.')
        for index, (id, message) in enumerate(commits[::2])
    ]
    begin = time.process_time()
    readings = read(*commits)
    assert time.process_time() - begin < 5
    assert readings.counted == ()

"""Tests of the pull requests and issues that a release concerns."""

from __future__ import annotations

import time

import pytest

from shipit.core.commits import RawCommit
from shipit.core.notes import issues_of
from shipit.core.notes.mentions import issues_of_message


def commit(message: str, id: str = "a" * 40) -> RawCommit:
    return RawCommit(id, (), "Kim", 0, message)


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("feat: search (#12)", (12,)),
        ("feat: search (#12)\n\n* fix: typo (#3)", (12,)),
        ("Merge pull request #18 from acme/typing\n\nfeat: typing", (18,)),
        ('Revert "feat: x (#12)" (#13)', (13,)),
        ("fix: a crash\n\nFixes #7, #8 and #9", (7, 8, 9)),
        ("fix: a crash\n\ncloses: #7\nRESOLVED #8", (7, 8)),
        ("fix: a crash (#7)\n\nCloses #7", (7,)),
        ("fix: as in #4 and (#5) here", ()),
        ("fix: x\n\nRefs #4\nsee acme/app#5, closes acme/app#6", ()),
        ("fix: prefixes #4", ()),
        ("fix: x (#0) (#1234567890123)", ()),
        ("Merge branch 'main' of #12", ()),
        ("", ()),
    ],
)
def test_a_message_names_its_pull_request_and_the_issues_it_closes(message: str, numbers: tuple[int, ...]) -> None:
    assert issues_of_message(message) == numbers


def test_each_number_is_returned_once_and_the_newest_first() -> None:
    commits = [commit("fix: b (#2)\n\nCloses #1"), commit("feat: a (#1)"), commit("docs: c (#3)")]
    assert issues_of(commits) == (2, 1, 3)


def test_a_change_reverted_before_the_release_is_left_out() -> None:
    feature, other = commit("feat: a (#1)", "a" * 40), commit("feat: b (#3)", "c" * 40)
    revert = commit(f'Revert "feat: a (#1)" (#2)\n\nThis reverts commit {"a" * 40}.', "b" * 40)
    assert issues_of([revert, feature, other]) == (3,)


@pytest.mark.parametrize("message", ["closes #1" + ", #1" * 100_000, "(#1 " * 100_000, "closes " * 100_000])
def test_a_huge_message_is_read_in_linear_time(message: str) -> None:
    begin = time.process_time()
    issues_of_message(message)
    assert time.process_time() - begin < 1

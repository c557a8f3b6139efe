"""Tests of the decoder of the log."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from growth import time_growth
from hypothesis import given
from hypothesis import strategies as st
from repositories import Repository

from shipit.core.commits import RawCommit
from shipit.core.history import LOG_FORMAT, records

ADA = b"a" * 40 + b"\0" + b"b" * 40 + b" " + b"c" * 40 + b"\0Ada\x001700000000\0feat: x\n\nwhy\n\0"
BOB = b"b" * 40 + b"\0\0Bob\0\0\0"


def test_a_record_has_all_fields_that_git_printed() -> None:
    assert list(records([ADA])) == [RawCommit("a" * 40, ("b" * 40, "c" * 40), "Ada", 1_700_000_000, "feat: x\n\nwhy\n")]


def test_a_root_commit_without_message_mail_or_time_is_a_record_too() -> None:
    assert list(records([BOB])) == [RawCommit("b" * 40, (), "Bob", 0, "")]


def test_an_empty_stream_has_no_record() -> None:
    assert list(records([])) == list(records([b""])) == []


@given(st.lists(st.integers(0, len(ADA + BOB + ADA)), max_size=8))
def test_the_stream_can_be_cut_anywhere(cuts: list[int]) -> None:
    whole = ADA + BOB + ADA
    edges = [0, *sorted(cuts), len(whole)]
    pieces = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert list(records(pieces)) == list(records([whole]))


def test_bytes_that_are_not_utf_8_become_replacement_characters() -> None:
    (commit,) = records([ADA.replace(b"feat: x", b"feat: caf\xe9")])
    assert commit.message == "feat: caf\N{REPLACEMENT CHARACTER}\n\nwhy\n"


def test_a_record_is_returned_before_the_next_one_is_read() -> None:
    def stream() -> Iterator[bytes]:
        yield ADA
        raise AssertionError("read further than needed")

    assert next(records(stream())).author == "Ada"


def test_a_message_of_many_chunks_is_put_together_in_linear_time() -> None:
    def reading(chunks: int) -> Callable[[], object]:
        stream = [b"id\0\0Ada\x001\0", *[b"x" * 1024] * chunks, b"\0"]
        return lambda: list(records(stream))

    assert time_growth(reading, 500) < 3


def test_the_log_of_a_real_repository_is_read(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    first = repo.commit("feat: 검색\n\n本文")
    second = repo.commit("")
    repo.branch("side", at=first)
    third = repo.commit("fix: a\n\n\nb\n\n")
    repo.switch("main")
    merged = repo.merge("side")
    argv = ["git", "-C", str(repo.path), "log", *LOG_FORMAT]
    commits = list(records([subprocess.run(argv, check=True, capture_output=True).stdout]))
    repo.close()
    assert [(commit.id, commit.parents) for commit in commits] == [
        (merged, (second, third)),
        (third, (first,)),
        (second, (first,)),
        (first, ()),
    ]
    assert [commit.message.strip() for commit in commits] == [
        "Merge branch 'side'",
        "fix: a\n\n\nb",
        "",
        "feat: 검색\n\n本文",
    ]
    assert {commit.author for commit in commits} == {"Ada Lovelace"}

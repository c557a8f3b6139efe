"""The trailers of a proposal in hostile messages."""

from __future__ import annotations

import time

import pytest

from shipit.core.commits.text.proposal import base_of, bases_of, trailers_of

REST = "Shipit-Files: f11e5\nShipit-Commits: c0\n"


def test_the_trailers_of_a_large_message_are_read_in_linear_time() -> None:
    begin = time.process_time()
    assert bases_of("x\n" * 75_000 + "Shipit-Base: ba5e\n") == ("ba5e",)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("base", ["", "--help", "HEAD", "v1.0.0", ":/fix", "ba5e ba5e", "BA5E", "a" * 65])
def test_a_base_that_is_no_id_of_a_commit_does_not_count(base: str) -> None:
    message = f"fix: x\n\nShipit-Base: {base}\n{REST}"
    assert (base_of(message), bases_of(message), trailers_of(message)) == ("", (), None)

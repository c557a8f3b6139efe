"""What a run costs, and what is told of one that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.contenders import contender
from bench.measure import cost_of


def test_a_run_costs_time_and_memory(tmp_path: Path) -> None:
    cost = cost_of(contender("a peer", "sh", "-c", "exec sleep 0.1"), tmp_path, 60)
    assert cost is not None
    assert (cost.wall >= 0.1, cost.memory > 0) == (True, True)


@pytest.mark.parametrize(
    ("script", "why"), [("printf 'a\\nno such tag' >&2; exit 1", "no such tag"), ("exit 2", "it printed no error")]
)
def test_a_peer_that_fails_costs_nothing_and_its_last_words_are_told(
    script: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cost_of(contender("a peer", "sh", "-c", script), tmp_path, 60) is None
    assert capsys.readouterr().err.splitlines()[-1].endswith(why)


def test_where_git_or_shipit_fails_there_is_nothing_to_measure(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"git failed in .*\n  fatal: "):
        cost_of(contender("git", "git", "log", "nowhere"), tmp_path, 60)


def test_who_takes_too_long_is_given_up(tmp_path: Path) -> None:
    assert cost_of(contender("a peer", "sleep", "60"), tmp_path, 1) is None

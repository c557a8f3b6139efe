"""A history to measure with is the same for the same seed, and shipit says of it what it was made to say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench.history import make_history
from shipit import api


def refs(place: Path) -> str:
    return subprocess.run(["git", "-C", place, "for-each-ref"], check=True, capture_output=True, text=True).stdout


def test_the_same_seed_gives_the_same_commits_and_tags(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_history(tmp_path / name, 400, seed=7)
    assert refs(tmp_path / "one") == refs(tmp_path / "two")
    assert refs(tmp_path / "one").count("refs/tags/v") == 3


def test_another_seed_gives_another_history(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_history(tmp_path / str(seed), 200, seed)
    assert refs(tmp_path / "1") != refs(tmp_path / "2")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shipit_makes_the_version_that_the_commits_call_for(tmp_path: Path, seed: int) -> None:
    make_history(tmp_path / "shop", 300, seed)
    (decision,) = api.next_version(api.open_project(str(tmp_path / "shop")))
    assert decision.version == (tmp_path / "shop/.git/expected").read_text()


def test_a_history_has_as_many_commits_as_asked_for_within_a_merge(tmp_path: Path) -> None:
    make_history(tmp_path / "shop", 500)
    argv: list[str | Path] = ["git", "-C", tmp_path / "shop", "rev-list", "--count", "HEAD"]
    counted = int(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    assert 500 <= counted <= 505

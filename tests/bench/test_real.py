"""Histories that the bench did not make are timed in clones of their own."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from repositories import Repository

from bench import real
from bench.arguments import directory
from bench.contenders import CHANGELOG, NEXT, Contender
from bench.measure import NEEDED, Workload
from bench.replay import git


def without_peers(contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
    return tuple(each for each in contenders if each.name in NEEDED)


@pytest.fixture
def history(repo: Repository) -> Repository:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    return repo


def test_a_history_is_timed_on_a_branch_main_whatever_it_is_called(history: Repository, tmp_path: Path) -> None:
    git(history.path, "branch", "--move", "main", "trunk")
    ((workload, place),) = real.workloads(history.path.parent, tmp_path / "scratch")
    assert workload == Workload(2, "repo")
    assert git(place, "branch", "--show-current") == "main\n"
    assert git(history.path, "branch", "--show-current") == "trunk\n"


def test_where_shipit_has_no_answer_nothing_is_timed(
    history: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history.branch("elsewhere", at="v1.0.0")
    history.commit("fix: b")
    history.tag("v1.0.1")
    history.switch("main")
    assert not list(real.workloads(history.path.parent, tmp_path / "scratch"))
    assert "repo is skipped: error: `1.0.1` is the next version, but tag" in capsys.readouterr().err


def test_every_history_has_a_row_and_a_promise(
    history: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real, "NEXT", without_peers(NEXT))
    monkeypatch.setattr(real, "CHANGELOG", without_peers(CHANGELOG))
    report = real.report(dict(real.workloads(history.path.parent, tmp_path / "scratch")), rounds=1)
    assert report.count("| repo, 2 commits |") == 2
    assert "`shipit next`, repo, 2 commits: CPU ≤" in report


def test_a_bundle_that_names_no_head_is_timed_at_its_newest_branch(history: Repository, tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    git(history.path, "bundle", "create", "--quiet", str(bundles / "shop.bundle"), "main", "--tags")
    (bundles / "broken.bundle").write_text("no bundle\n")
    ((workload, _),) = real.workloads(bundles, tmp_path / "scratch")
    assert workload == Workload(2, "shop")


def test_a_history_without_a_release_is_left_out(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit("feat: begin")
    repo.tag("nightly")
    assert not list(real.workloads(repo.path.parent, tmp_path / "scratch"))
    assert "repo is skipped: it has no release with a tag like v1.4.0" in capsys.readouterr().err


def test_a_repository_is_no_directory_of_repositories(repo: Repository) -> None:
    with pytest.raises(ArgumentTypeError, match="name the directory that contains it"):
        directory(str(repo.path))

"""Releases that were made are made again, each with nothing but the release before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from differential.tools import PEERS, SHIPIT
from repositories import Repository

from bench import replay


@pytest.fixture
def history(repo: Repository) -> Repository:
    repo.commit("feat: begin")
    repo.tag("v1.0.0")
    repo.commit("fix: a")
    repo.tag("v1.0.1", message="v1.0.1")
    repo.tag("nightly")
    repo.commit("feat: b")
    repo.tag("v1.1.0-rc.1")
    repo.commit("docs: c")
    repo.tag("v2.0.0")
    repo.commit("fix: not released")
    return repo


def told(found: list[replay.Pair]) -> list[tuple[str, str]]:
    return [(pair.before.name, pair.made.name) for pair in found]


def test_each_stable_release_follows_the_highest_behind_it(history: Repository) -> None:
    assert told(replay.pairs(history.path)) == [("v1.0.0", "v1.0.1"), ("v1.0.1", "v2.0.0")]


def test_a_release_on_another_line_is_not_the_one_before(history: Repository) -> None:
    history.branch("hotfix", at="v1.0.0")
    history.commit("fix: hot")
    history.tag("v1.0.2")
    assert ("v1.0.0", "v1.0.2") in told(replay.pairs(history.path))


def test_a_scene_has_the_tag_before_and_no_other(history: Repository, tmp_path: Path) -> None:
    pair = replay.pairs(history.path)[-1]
    scene = replay.scene(history.path, pair, tmp_path / "scene")
    assert replay.git(scene.path, "tag").split() == ["v1.0.1"]
    assert replay.git(scene.path, "rev-parse", "HEAD").strip() == pair.made.commit
    assert [message for _, message in scene.messages_since("v1.0.1")] == ["docs: c", "feat: b"]


def test_what_shipit_would_have_made_is_told_beside_what_was_made(
    history: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "TOOLS", (SHIPIT,))
    found, answers = replay.replay(history.path, tmp_path / "scratch")
    assert answers == {"shipit": ["1.0.1", "1.1.0"]}
    assert list(replay.differences("shop", found, answers)) == ["shop: after 1.0.1 came 2.0.0; shipit 1.1.0"]
    assert replay.table({"shop": (found, answers)}).splitlines()[-1] == "| shop | 2 | 1 (50%) |"


def test_every_peer_is_asked(history: Repository, tmp_path: Path) -> None:
    for tool in PEERS:
        tool.require()
    _, answers = replay.replay(history.path, tmp_path / "scratch")
    assert answers == {tool.name: ["1.0.1", "1.1.0"] for tool in (SHIPIT, *PEERS)}


def test_bundles_and_repositories_of_a_directory_are_found(
    history: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "histories"
    directory.mkdir()
    (directory / "notes.txt").write_text("not a history")
    replay.git(history.path, "bundle", "create", "--quiet", str(directory / "shop.bundle"), "main", "--tags")
    (directory / "same").symlink_to(history.path)
    (directory / "same.bundle").write_bytes((directory / "shop.bundle").read_bytes())
    found = replay.opened(directory, tmp_path / "clones")
    assert list(found) == ["same", "same.bundle", "shop"]
    assert told(replay.pairs(found["shop"])) == told(replay.pairs(found["same"]))
    assert capsys.readouterr().err == "notes.txt is skipped: it is neither a repository nor a bundle\n"


def test_a_repository_without_releases_is_left_out_and_told(
    repo: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new").symlink_to(repo.path)
    assert list(replay.replays(tmp_path, tmp_path)) == []
    assert "new is skipped: it does not have two releases with tags like v1.4.0" in capsys.readouterr().err


def test_the_bench_makes_its_own_bundles_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "COMMITS", 300)
    place = replay.shipped(tmp_path / "bundles")
    made = {each.name: each.stat().st_mtime_ns for each in place.iterdir()}
    assert list(made) and {each.name: each.stat().st_mtime_ns for each in replay.shipped(place).iterdir()} == made
    pairs = {name: told(replay.pairs(path)) for name, path in replay.opened(place, tmp_path / "clones").items()}
    assert sorted(pairs) == ["shop-1", "shop-2", "shop-3"]
    assert all(pairs.values())


def test_a_bundle_needs_no_head(history: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "TOOLS", ())
    (tmp_path / "bundles").mkdir()
    history.branch("trunk")
    history.git("bundle", "create", "--quiet", str(tmp_path / "bundles/shop.bundle"), "trunk", "--tags")
    assert [name for name, _ in replay.replays(tmp_path / "bundles", tmp_path)] == ["shop (v2.0.0)"]

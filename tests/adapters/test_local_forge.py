"""The forge of local files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from shipit.adapters.local_forge import LocalForge
from shipit.core.write_back import WriteBack
from shipit.errors import CommandError, ConfigError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "releases"


@pytest.fixture
def forge(root: Path, tmp_path: Path) -> LocalForge:
    (tmp_path / "app.jar").write_bytes(b"PK\x03\x04\xff")
    return LocalForge(str(root), base=str(tmp_path))


def draft(forge: LocalForge, tag: str = "v1.0.0", *, body: str = "notes\n", prerelease: bool = False) -> None:
    forge.create_draft(tag=tag, title="1.0.0", body=body, prerelease=prerelease, branch=None)


def test_a_release_is_a_directory_of_readable_files(forge: LocalForge, root: Path) -> None:
    draft(forge)
    forge.upload_asset("v1.0.0", "app.jar")
    published = forge.publish("v1.0.0", latest=True)
    assert (root / "v1.0.0/notes.md").read_text() == "notes\n"
    assert (root / "v1.0.0/assets/app.jar").read_bytes() == b"PK\x03\x04\xff"
    held = json.loads((root / "v1.0.0/release.json").read_text())
    assert (held["tag"], held["title"], held["draft"]) == ("v1.0.0", "1.0.0", False)
    assert (root / "LATEST").read_text() == "v1.0.0\n"
    assert published.url == (root / "v1.0.0/notes.md").as_uri()


def test_two_tags_never_share_a_directory(forge: LocalForge, root: Path) -> None:
    for tag in ("app/v1", "app%2Fv1", "app-v1"):
        draft(forge, tag)
    assert len(list(root.iterdir())) == 3
    assert forge.publish("app/v1", latest=False).tag == "app/v1"


@pytest.mark.parametrize(("prerelease", "latest"), [(True, True), (False, False)])
def test_only_a_stable_release_becomes_the_latest(
    forge: LocalForge, root: Path, prerelease: bool, latest: bool
) -> None:
    draft(forge, prerelease=prerelease)
    forge.publish("v1.0.0", latest=latest)
    assert not (root / "LATEST").exists()


def test_another_clone_sees_the_release(forge: LocalForge, root: Path) -> None:
    draft(forge)
    assert LocalForge(str(root)).find_release("v1.0.0") == forge.find_release("v1.0.0")


def test_a_release_that_broke_off_anywhere_is_finished_by_the_next_try(
    forge: LocalForge, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file appears by one rename: break off at each of them in turn, then run it all again."""
    rename = os.replace

    def attempt(renames: int) -> None:
        left = iter(range(renames))

        def limited(source: str, target: str) -> None:
            next(left)  # StopIteration when the time has come
            rename(source, target)

        monkeypatch.setattr(os, "replace", limited)
        draft(forge)
        forge.upload_asset("v1.0.0", "app.jar")
        forge.publish("v1.0.0", latest=True)

    for renames in range(20):
        try:
            attempt(renames)
            break
        except StopIteration:
            continue
    found = forge.find_release("v1.0.0")
    assert found is not None
    assert (found.draft, found.body, [asset.size for asset in found.assets]) == (False, "notes\n", [5])
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == [
        "LATEST",
        "app.jar",
        "notes.md",
        "release.json",
    ]


DAMAGED = ["", "{", "[]", "{}", "null", '{"tag": 1}', '{"a":' * 100_000, "\0" * 300, "\udcff"]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_release_is_an_error_that_names_its_file(forge: LocalForge, root: Path, text: str) -> None:
    draft(forge)
    (root / "v1.0.0/release.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    for act in (forge.drafts, lambda: forge.find_release("v1.0.0"), lambda: draft(forge)):
        with pytest.raises(CommandError, match=r"`v1\.0\.0/release\.json` in `.*` is damaged: ") as raised:
            act()
        assert "run the same command again: mv /" in str(raised.value.hint)


@pytest.mark.parametrize("text", ["{", "[]", '{"comments": 1}'])
def test_damaged_comments_are_an_error_that_names_their_file(forge: LocalForge, root: Path, text: str) -> None:
    forge.add_label(12, "released")
    (root / "issues/12.json").write_text(text)
    with pytest.raises(CommandError, match=r"`issues/12\.json` in `.*` is damaged: "):
        forge.labels(12)


def test_commits_and_tags_need_github_and_nothing_is_written(forge: LocalForge, root: Path) -> None:
    with pytest.raises(ConfigError, match="GitHub") as caught:
        forge.create_commit(branch="main", parent="0" * 40, message="m", files={})
    assert caught.value.where == "release.write-back"
    with pytest.raises(ConfigError, match="GitHub"):
        forge.create_tag("v1.0.0", "0" * 40, "m")
    assert not root.exists()


def test_a_write_back_that_needs_github_is_a_finding(forge: LocalForge) -> None:
    (finding,) = forge.findings(WriteBack.API)
    assert finding.blocks
    assert '"api"' in finding.what


@pytest.mark.parametrize("write_back", [WriteBack.PUSH, WriteBack.NONE])
def test_a_write_back_without_github_leads_to_no_finding(forge: LocalForge, write_back: WriteBack) -> None:
    assert forge.findings(write_back) == ()


def test_a_missing_asset_is_reported_by_its_name(forge: LocalForge) -> None:
    draft(forge)
    with pytest.raises(CommandError, match=r"`missing\.jar`"):
        forge.upload_asset("v1.0.0", "missing.jar")

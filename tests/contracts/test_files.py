"""The contract of a working tree, on disk and in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from contracts.clones import CLONES, Clone

from shipit.adapters.files.working_tree import WorkingTree
from shipit.errors import CommandError, ConfigError
from shipit.world import Files

# Bytes that are not UTF-8, every line end, a byte order mark, NUL, no newline at the end.
ODD = "\ufeff한글\r\nb\rc\n\udcff\udc80\0 end"


@pytest.fixture(params=CLONES, ids=lambda make: make.__name__)
def clone(request: pytest.FixtureRequest, tmp_path: Path) -> Clone:
    clone: Clone = request.param(tmp_path)
    return clone


@pytest.fixture
def files(clone: Clone) -> Files:
    return clone.files


def test_text_is_written_and_read_without_any_change_of_bytes(files: Files) -> None:
    files.write("a.txt", ODD)
    data = ODD.encode("utf-8", "surrogateescape")
    assert files.read("a.txt") == ODD
    assert files.digest("a.txt") == hashlib.sha256(data).hexdigest()
    assert files.size("a.txt") == len(data)


def test_a_missing_file_is_none(files: Files) -> None:
    assert files.read("a.txt") is None
    assert files.read("dir/a.txt") is None
    assert files.digest("a.txt") is None


def test_an_empty_file_exists(files: Files) -> None:
    files.write("a.txt", "")
    assert (files.read("a.txt"), files.size("a.txt"), files.glob("*.txt")) == ("", 0, ("a.txt",))


def test_the_directories_of_a_file_are_made(files: Files) -> None:
    files.write("backend/app/CHANGELOG.md", "x")
    assert files.read("backend/app/CHANGELOG.md") == "x"


def test_a_file_is_replaced_as_a_whole(files: Files) -> None:
    files.write("a.txt", "long " * 99)
    files.write("a.txt", "short")
    assert files.read("a.txt") == "short"
    assert files.glob("*") == ("a.txt",)


def test_one_file_has_one_place_however_it_is_spelled(files: Files) -> None:
    files.write("dir/./../a.txt", "x")
    assert files.read("a.txt") == files.read("./a.txt") == "x"


@pytest.mark.parametrize("path", ["../a.txt", "dir/../../a.txt", "/a.txt"])
def test_nothing_outside_the_repository_is_read_or_written(files: Files, path: str) -> None:
    attempts: tuple[Callable[[], object], ...] = (
        lambda: files.read(path),
        lambda: files.digest(path),
        lambda: files.real_path(path),
        lambda: files.write(path, "x"),
    )
    for attempt in attempts:
        with pytest.raises(ConfigError) as raised:
            attempt()
        assert path in raised.value.what
        assert raised.value.hint


def test_the_real_path_of_a_file_that_is_no_link_is_its_own(files: Files) -> None:
    files.write("dir/a.txt", "x")
    assert [files.real_path(path) for path in ("dir/a.txt", "./dir/a.txt", "new.txt")] == [
        "dir/a.txt",
        "dir/a.txt",
        "new.txt",
    ]


def test_the_real_path_of_a_link_is_that_of_its_target(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("dir")
    (tmp_path / "dir/b.txt").symlink_to("a.txt")
    assert WorkingTree(str(tmp_path)).real_path("link/b.txt") == "dir/a.txt"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").symlink_to("CHANGELOG.md")
    (tmp_path / "a.txt").write_text("x")
    for path, why in (("CHANGELOG.md", "Too many levels"), ("a.txt/b.txt", "Not a directory")):
        with pytest.raises(CommandError, match=f"`{path}` cannot be read: {why}"):
            WorkingTree(str(tmp_path)).read(path)


@pytest.mark.parametrize(
    "path", [".git", ".git/config", "link/config", "dir/../.git/hooks/pre-push", ".GIT/config", "module/.git/config"]
)
def test_files_of_git_are_neither_read_nor_written(tmp_path: Path, path: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to(".git")
    files = WorkingTree(str(tmp_path))
    attempts: tuple[Callable[[], object], ...] = (lambda: files.read(path), lambda: files.write(path, "x"))
    for attempt in attempts:
        with pytest.raises(ConfigError, match=f"`{path}` is inside `.git`") as raised:
            attempt()
        assert raised.value.hint


def test_files_with_names_similar_to_git_s_are_written(tmp_path: Path) -> None:
    files = WorkingTree(str(tmp_path))
    for path in (".github/version.txt", ".gitignore", ".git.txt"):
        files.write(path, "x")
        assert files.read(path) == "x"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.jar", ("app.jar",)),
        ("build/*.jar", ("build/a-plain.jar", "build/a.jar")),
        ("build/?.jar", ("build/a.jar",)),
        ("build/[!b].*", ("build/a.jar", "build/a.txt")),
        ("*/*.jar", ("build/a-plain.jar", "build/a.jar")),
        ("**/*.jar", ("app.jar", "build/a-plain.jar", "build/a.jar", "build/libs/deep/b.jar")),
        ("build/**", ("build/a-plain.jar", "build/a.jar", "build/a.txt", "build/libs/deep/b.jar")),
        ("build/**/b.jar", ("build/libs/deep/b.jar",)),
        ("build/a.jar", ("build/a.jar",)),
        ("build/libs", ()),
        (".hidden/*", (".hidden/c.jar",)),
        ("none/*.jar", ()),
    ],
)
def test_a_pattern_finds_files_in_order(clone: Clone, pattern: str, found: tuple[str, ...]) -> None:
    for path in (
        "app.jar",
        "build/a.jar",
        "build/a-plain.jar",
        "build/a.txt",
        "build/libs/deep/b.jar",
        ".hidden/c.jar",
    ):
        clone.edit(path, "x")
    assert clone.files.glob(pattern) == found


def test_a_damaged_record_only_loses_what_was_damaged(tmp_path: Path) -> None:
    record = tmp_path / "written"
    files = WorkingTree(str(tmp_path), str(record))
    files.write("a.txt", "by shipit")
    record.write_bytes(b"\xff\0\xfe\n" + record.read_bytes())
    assert files.wrote("a.txt")
    record.write_bytes(b"\xff\0\xfe\n")
    assert not files.wrote("a.txt")


def test_a_file_counts_as_shipits_until_its_text_changes(clone: Clone) -> None:
    clone.edit("a.txt", "by a user")
    assert not clone.files.wrote("a.txt")
    clone.files.write("a.txt", "by shipit")
    assert clone.files.wrote("a.txt")
    clone.edit("a.txt", "by shipit, and more")
    assert not clone.files.wrote("a.txt")
    clone.files.write("a.txt", "by shipit again")
    clone.edit("a.txt", "by shipit")
    assert clone.files.wrote("a.txt")
    assert not clone.files.wrote("none.txt")


def test_a_record_that_cannot_be_written_is_named_and_not_the_file(tmp_path: Path) -> None:
    record = tmp_path / "written"
    record.mkdir()
    with pytest.raises(CommandError, match=f"`{record}` cannot be written"):
        WorkingTree(str(tmp_path), str(record)).write("a.txt", "text")
    assert not (tmp_path / "a.txt").exists()

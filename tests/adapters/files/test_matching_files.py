"""Links between directories cannot make a search endless."""

from __future__ import annotations

import glob
import os
from pathlib import Path

import pytest

from shipit.adapters.files.matching_files import matching_files


def found(root: Path, pattern: str) -> list[str]:
    return sorted(matching_files(str(root), pattern))


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_links_that_lead_round_in_circles_are_visited_once(tmp_path: Path) -> None:
    touch(tmp_path, "build/libs/a.jar")
    for name in ("again", "once-more", "and-again"):
        (tmp_path / "build/libs" / name).symlink_to("..")  # `**` of glob.glob tries 3 to the power of 40 paths
    assert found(tmp_path, "**/*.jar") == ["build/libs/a.jar"]
    assert found(tmp_path, "**/libs/**/*.jar") == ["build/libs/a.jar"]
    assert found(tmp_path, "**") == ["build/libs/a.jar"]


def test_directories_that_link_to_each_other_are_visited_once(tmp_path: Path) -> None:
    names = [f"module-{number}" for number in range(12)]
    for name in names:
        touch(tmp_path, f"{name}/{name}.jar")
        for other in names:
            (tmp_path / name / f"to-{other}").symlink_to(f"../{other}")
    assert found(tmp_path, "**/*.jar") == sorted(f"{name}/{name}.jar" for name in names)


def test_a_linked_directory_outside_the_repository_is_not_searched(tmp_path: Path) -> None:
    touch(tmp_path, "outside/a.jar", "repository/b.jar")
    (tmp_path / "repository/link").symlink_to("../outside")
    (tmp_path / "repository/all").symlink_to("/")
    assert found(tmp_path / "repository", "**/*.jar") == ["b.jar"]


def test_a_directory_that_only_a_link_leads_to_is_searched(tmp_path: Path) -> None:
    touch(tmp_path, ".cache/libs/a.jar")
    (tmp_path / "dist").symlink_to(".cache/libs")
    assert found(tmp_path, "**/*.jar") == ["dist/a.jar"]
    assert found(tmp_path, "dist/*.jar") == ["dist/a.jar"]


@pytest.mark.parametrize("pattern", ["*", "**", "*/*", "**/b", "a/**", "**/*", "*/**/c*", "a/./b", "a/../a/b", ".h/*", "?", "[ab]/b", "**/**/b", "x", "", "a/", ".*", "/"])  # fmt: skip
def test_without_links_it_finds_the_files_that_python_finds(tmp_path: Path, pattern: str) -> None:
    touch(tmp_path, "a/b", "a/c/d", "b", "e/f/c1", "e/c2", ".h/i", "a/.j")
    expected = {path for path in glob.glob(pattern, root_dir=tmp_path, recursive=True) if (tmp_path / path).is_file()}
    assert set(found(tmp_path, pattern)) == expected


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jar")
    assert found(tmp_path, "*.jar") == []

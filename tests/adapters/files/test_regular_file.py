"""A file of an odd kind is an error at once: it neither waits for ever nor takes all memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shipit.adapters.ci.github_event import Event, read_event
from shipit.adapters.files.regular_file import read_regular_file
from shipit.adapters.files.templates import template_text
from shipit.adapters.files.working_tree import WorkingTree
from shipit.adapters.project import load_config
from shipit.core import limits
from shipit.errors import CommandError, ConfigError

KINDS = {
    "a pipe": "not a regular file",
    "a device": "not a regular file",
    "a directory": "Is a directory",
    "a sparse file": "larger than",
    "a link to itself": "Too many levels",
}


def make(kind: str, path: Path) -> None:
    match kind:
        case "a pipe":
            os.mkfifo(path)
        case "a device":
            path.symlink_to("/dev/zero")
        case "a directory":
            path.mkdir()
        case "a sparse file":
            path.touch()
            os.truncate(path, 1 << 30)
        case _:
            path.symlink_to(path.name)


@pytest.mark.parametrize(("kind", "reason"), KINDS.items())
def test_it_cannot_be_read(tmp_path: Path, kind: str, reason: str) -> None:
    make(kind, tmp_path / "odd")
    with pytest.raises(OSError, match=reason):
        read_regular_file(str(tmp_path / "odd"))


@pytest.mark.parametrize(("kind", "reason"), KINDS.items())
@pytest.mark.parametrize("name", ["shipit.toml", "pyproject.toml"])
def test_as_a_configuration_it_is_an_error_and_not_the_defaults(
    tmp_path: Path, kind: str, reason: str, name: str
) -> None:
    make(kind, tmp_path / name)
    with pytest.raises(ConfigError, match=reason):
        load_config(str(tmp_path))


@pytest.mark.parametrize("kind", KINDS)
def test_as_a_template_it_is_an_error(tmp_path: Path, kind: str) -> None:
    make(kind, tmp_path / "mine.md.j2")
    with pytest.raises(ConfigError, match=r"mine\.md\.j2"):
        template_text("mine.md.j2", tmp_path)


def test_a_template_with_nul_bytes_is_an_error_before_git_refuses_the_message(tmp_path: Path) -> None:
    (tmp_path / "mine.md.j2").write_bytes(b"a\0b")
    with pytest.raises(ConfigError, match="NUL bytes"):
        template_text("mine.md.j2", tmp_path)


@pytest.mark.parametrize("kind", ["a pipe", "a sparse file", "a directory"])
def test_in_the_working_tree_it_is_an_error(tmp_path: Path, kind: str) -> None:
    make(kind, tmp_path / "CHANGELOG.md")
    with pytest.raises(CommandError, match=f"`CHANGELOG.md` cannot be read: .*{KINDS[kind]}") as raised:
        WorkingTree(str(tmp_path)).read("CHANGELOG.md")
    assert "run the same command again" in (raised.value.hint or "")


@pytest.mark.parametrize("kind", KINDS)
def test_as_an_event_it_is_left_out(tmp_path: Path, kind: str) -> None:
    make(kind, tmp_path / "event.json")
    assert read_event(str(tmp_path / "event.json")) == Event()


def test_a_pipe_of_the_shell_is_read() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"feat: a")
    os.close(write_end)
    assert read_regular_file(f"/dev/fd/{read_end}") == b"feat: a"
    os.close(read_end)


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    largest = limits.Size("files", 3, "", "")
    (tmp_path / "a").write_bytes(b"abc")
    assert read_regular_file(str(tmp_path / "a"), largest) == b"abc"
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(OSError, match="larger than 3 bytes"):
        read_regular_file(str(tmp_path / "a"), largest)

"""The version in uv.lock, checked by uv itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "uv-lock": (
        'version = 1\n\n[[package]]\nname = "a"\nversion = "9.9.9"\nsource = { registry = "https://pypi.org/simple" }\n\n'
        '[[package]]\nname = "app"\nversion = "@"\nsource = { editable = "." }\ndependencies = [{ name = "a" }]\n',
        (),
    ),
}  # fmt: skip

LOCK, PYPROJECT = FORMATS["uv-lock"], FORMATS["pyproject"]

THEIRS = '[[package]]\nname = "a"\nversion = "1.2.3"\nsource = { registry = "https://pypi.org/simple" }\n\n'
OURS = (
    '[[package]]\nname = "app"\nversion = "@"\nsource = { editable = "." }\n\n[package.metadata]\nversion = "9.9.9"\n\n'
)
MEMBER = '[[package]]\nname = "member"\nversion = "1.2.3"\nsource = { editable = "packages/member" }\n\n'
DYNAMIC = '[[package]]\nname = "app"\nsource = { editable = "." }\n'

PROJECT = '[project]\nname = "app"\nversion = "0.0.1"\nrequires-python = ">=3.11"\n'
WORKSPACE = '\n[tool.uv.workspace]\nmembers = ["member"]\n'


@pytest.mark.parametrize("kind", ["editable", "virtual"])
def test_only_the_project_in_the_directory_of_the_lock_file_changes(kind: str) -> None:
    text = "version = 1\n\n" + THEIRS + OURS.replace("editable", kind) + MEMBER
    assert LOCK.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_a_member_of_the_workspace_can_be_named() -> None:
    text = OURS.replace("@", "1.0.0") + MEMBER
    assert LOCK.write(text, "2.0.0", ["member"]) == text.replace("1.2.3", "2.0.0")


@pytest.mark.parametrize(
    ("text", "paths", "what"),
    [
        (THEIRS, [], "this uv.lock has no package for the project in its directory"),
        (MEMBER, [], "this uv.lock has no package for the project in its directory"),
        (DYNAMIC, [], "this uv.lock has no package for the project in its directory"),
        (THEIRS, ["a"], "`a` is not set"),
    ],
)
def test_a_lock_file_without_that_package_is_refused(text: str, paths: list[str], what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        LOCK.read(text, paths)
    assert what in caught.value.what


@pytest.mark.parametrize("version", ["0.2.0", "1.0.0-rc.1"])
def test_uv_accepts_the_lock_file_after_the_change(uv_program: str, tmp_path: Path, version: str) -> None:
    def uv(*arguments: str) -> int:
        argv = [uv_program, "lock", "--offline", "--no-cache", "--no-config", "--python", sys.executable, *arguments]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=60).returncode

    project, lock, member = (tmp_path / name for name in ("pyproject.toml", "uv.lock", "member/pyproject.toml"))
    member.parent.mkdir()
    member.write_text(PROJECT.replace("app", "member"))
    project.write_text(PROJECT + WORKSPACE)
    assert uv() == 0

    project.write_text(PYPROJECT.write(project.read_text(), version))
    assert uv("--check") != 0, "uv does not mind a lock that fell behind"
    lock.write_text(LOCK.write(lock.read_text(), version))
    assert uv("--check") == 0

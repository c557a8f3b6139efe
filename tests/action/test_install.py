"""How the action installs itself: with uv or with pip, in places with spaces, and out of the way of everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from action.act import CACHE, OUTSIDE, copy_of_shipit

BIN = Path(sys.executable).parent
OUTPUT = "GITHUB_OUTPUT"


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_it_installs_into_an_environment_of_its_own(tmp_path: Path, outside: dict[str, str], tool: str) -> None:
    source = copy_of_shipit(tmp_path / "a source")
    workspace, temp = tmp_path / "the workspace", tmp_path / "a temp"
    for place in (workspace / "yaml", temp, tmp_path / "bin"):
        place.mkdir(parents=True)
    (workspace / "yaml" / "__init__.py").write_text("raise SystemExit('imported from the workspace')")
    (tmp_path / "bin" / "uv").symlink_to(BIN / "uv") if tool == "uv" else None
    environment = {
        **outside,
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "PYTHONPATH": str(workspace),
        "RUNNER_TEMP": str(temp),
        OUTPUT: str(tmp_path / "output"),
        "SHIPIT_INPUT_COMMAND": "schema",
        "SHIPIT_INPUT_TOKEN": "secret-0123456789",
    }
    before = tree(source)
    command = [sys.executable, "-I", source / "scripts/action.py"]
    first, second = (
        subprocess.run(command, env=environment, cwd=workspace, capture_output=True, text=True) for _ in "12"
    )
    assert (first.returncode, second.returncode) == (0, 0), first.stdout + first.stderr
    assert first.stdout.startswith("::group::Install shipit\n::endgroup::\n")
    assert second.stdout == first.stdout.partition("::endgroup::\n")[2], "the second use in a job installs nothing"
    assert tree(source) == before
    assert [path.name for path in workspace.iterdir()] == ["yaml"]


@pytest.fixture
def outside() -> dict[str, str]:
    """Where packages come from on this machine, and what was taken from there before."""
    found = {name: value for name, value in os.environ.items() if name.startswith(OUTSIDE)}
    return {**found, "HOME": os.environ["HOME"], "UV_CACHE_DIR": str(CACHE / "uv"), "PIP_CACHE_DIR": str(CACHE / "pip")}


def tree(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if "__pycache__" not in path.parts}


def test_what_was_installed_by_half_is_installed_anew(tmp_path: Path, outside: dict[str, str]) -> None:
    environment = {
        **outside,
        "PATH": f"{BIN}:/usr/bin:/bin",
        "RUNNER_TEMP": str(tmp_path),
        "SHIPIT_INPUT_COMMAND": "schema",
    }
    command = [sys.executable, "-I", copy_of_shipit(tmp_path / "source") / "scripts/action.py"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    (installed,) = tmp_path.glob("shipit-*")
    (installed / "ready").unlink()
    shutil.rmtree(installed / ("Lib" if os.name == "nt" else "lib"))
    subprocess.run(command, env=environment, check=True, capture_output=True)

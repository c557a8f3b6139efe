"""How the action installs itself: with uv or with pip, in places with spaces, and out of the way of everything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
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
    command: list[str | Path] = [sys.executable, "-I", source / "scripts/action.py"]
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


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return copy_of_shipit(tmp_path / "source")


@pytest.fixture
def environment(tmp_path: Path, outside: dict[str, str]) -> dict[str, str]:
    (tmp_path / "temp").mkdir()
    told = {"PATH": f"{BIN}:/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path / "temp"), "SHIPIT_INPUT_COMMAND": "schema"}
    return {**outside, **told}


def start(source: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command: list[str | Path] = [sys.executable, "-I", str(source / "scripts/action.py")]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assert_ran(process: subprocess.Popen[str]) -> None:
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    assert '"$schema"' in out


def test_what_was_installed_by_half_is_installed_anew(source: Path, environment: dict[str, str]) -> None:
    killed = start(source, environment)
    temp = Path(environment["RUNNER_TEMP"])
    while not list(temp.glob("*/pyvenv.cfg")):
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    assert_ran(start(source, environment))


def test_two_steps_at_once_install_in_nobodys_way(source: Path, environment: dict[str, str]) -> None:
    for process in [start(source, environment) for _ in "12"]:
        assert_ran(process)


def test_installing_runs_nothing_of_the_workspace_whatever_python_is_told(
    tmp_path: Path, source: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w')\n")
    assert_ran(start(source, {**environment, "PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nonexistent"}))
    assert not (tmp_path / "imported").exists()


def test_installing_obeys_no_setting_that_is_for_other_installations(source: Path, environment: dict[str, str]) -> None:
    strict = {"UV_REQUIRE_HASHES": "1", "UV_EXCLUDE_NEWER": "2015-01-01", "UV_TARGET": "elsewhere"}
    assert_ran(start(source, {**environment, **strict}))

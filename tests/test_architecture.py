"""Who may import whom, and proof that the rules bite."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def imports_checked(path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The import contracts over the installed package, or over the one in `path`."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command: list[str | Path] = [BIN / "lint-imports", "--config", "pyproject.toml", "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def ruff_findings(snippet: str, *, as_file: str) -> dict[str, str]:
    """Rule and message of what ruff says about `snippet`, were it that file."""
    command: list[str | Path] = [
        BIN / "ruff",
        "check",
        "--output-format=json",
        "--no-cache",
        "--stdin-filename",
        as_file,
        "-",
    ]
    answer = subprocess.run(command, cwd=ROOT, input=snippet, capture_output=True, text=True)
    return {finding["code"]: finding["message"] for finding in json.loads(answer.stdout)}


@pytest.fixture
def copy_of_the_house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "src"


def test_imports_go_down_only_and_the_terminal_belongs_to_the_command_line() -> None:
    check = imports_checked()
    assert check.returncode == 0, check.stdout + check.stderr


def test_an_upward_import_is_refused(copy_of_the_house: Path) -> None:
    (copy_of_the_house / "shipit/core/astray.py").write_text("import shipit.steps.base\n")
    check = imports_checked(copy_of_the_house)
    assert check.returncode == 1
    assert "shipit.core.astray -> shipit.steps.base" in check.stdout


def test_a_room_that_nobody_placed_is_refused(copy_of_the_house: Path) -> None:
    (copy_of_the_house / "shipit/attic.py").touch()
    check = imports_checked(copy_of_the_house)
    assert check.returncode == 1
    assert "attic" in check.stdout


@pytest.mark.parametrize("library", ["click", "rich"])
def test_the_terminal_is_refused_in_an_adapter(copy_of_the_house: Path, library: str) -> None:
    (copy_of_the_house / "shipit/adapters/astray.py").write_text(f"def show() -> None:\n    import {library}\n")
    check = imports_checked(copy_of_the_house)
    assert check.returncode == 1
    assert f"shipit.adapters.astray -> {library}" in check.stdout


@pytest.mark.parametrize("module", ["click", "os", "pathlib", "requests", "socket", "subprocess", "time"])
@pytest.mark.parametrize("room", ["api/x.py", "config/x.py", "core/x.py", "engine/x.py", "plan/x.py", "steps/x.py"])
def test_the_outside_is_refused_in_the_inner_rooms_with_the_reason(module: str, room: str) -> None:
    findings = ruff_findings(f"import {module}\n\nprint({module})\n", as_file=f"src/shipit/{room}")
    assert "Only `shipit." in findings["TID251"]
    assert "T201" in findings


@pytest.mark.parametrize("room", ["adapters", "cli"])
def test_the_outside_is_allowed_in_the_two_rooms_that_touch_it_but_print_is_not(room: str) -> None:
    findings = ruff_findings("import subprocess\n\nprint(subprocess)\n", as_file=f"src/shipit/{room}/x.py")
    assert findings.keys() == {"T201"}


def test_every_value_is_a_struct() -> None:
    """One kind of value: it starts faster than a dataclass, and plans are decoded with its types checked."""
    sources = sorted((ROOT / "src").rglob("*.py"))
    assert sources
    assert [
        path for path in sources if re.search(r"^\s*(from|import) dataclasses", path.read_text(), re.MULTILINE)
    ] == []


def test_korean_text_is_no_finding() -> None:
    assert ruff_findings('SUBJECT = "feat：채팅방 만들기 – ０"  # 한글\n', as_file="src/shipit/core/x.py") == {}


def test_the_test_of_a_module_is_at_the_place_that_the_readme_of_the_tests_names() -> None:
    package, tests = ROOT / "src/shipit", ROOT / "tests"
    modules = {path.relative_to(package) for path in package.rglob("*.py") if path.name != "__init__.py"}
    files = {path.relative_to(tests) for path in tests.rglob("test_*.py")}
    placed = {module.with_name(f"test_{module.name}") for module in modules}
    commands = Path("cli/commands")  # a command is tested through the command line as a whole
    misplaced = {
        file
        for wanted in placed - files
        if not wanted.is_relative_to(commands)
        for file in files - placed
        if file.name == wanted.name and wanted.parent.is_relative_to(file.parent) and file.parent != Path()
    }
    assert misplaced == set()

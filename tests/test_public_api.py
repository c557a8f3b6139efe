"""What `import shipit` promises: these names and no others, typed, explained, and cheap."""

from __future__ import annotations

import ast
import importlib
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import shipit

FUNCTIONS = {
    "apply",
    "changelog",
    "doctor",
    "lint",
    "lint_commits",
    "load_config",
    "next_version",
    "open_project",
    "parse_commit",
    "plan_image",
    "plan_release",
    "release",
    "release_notes",
}
TYPES = {
    "Bump",
    "Commit",
    "Config",
    "Decision",
    "Done",
    "Finding",
    "LintProblem",
    "LintedCommit",
    "Outcome",
    "Plan",
    "Project",
    "Release",
    "Step",
    "Todo",
    "Unreadable",
    "Version",
    "World",
}
ERRORS = {
    "AuthError",
    "CommandError",
    "ConfigError",
    "ConflictError",
    "DeployError",
    "PreflightError",
    "RemoteError",
    "ShipitError",
    "UsageError",
}
NAMES = FUNCTIONS | TYPES | ERRORS


def test_the_public_names_are_those_that_are_promised() -> None:
    assert set(shipit.__all__) == NAMES
    assert set(dir(shipit)) == NAMES | {"__version__"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_is_there_and_explained(name: str) -> None:
    value = getattr(shipit, name)
    assert inspect.getdoc(value)
    assert value.__name__ == name


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_has_a_page_of_help(name: str) -> None:
    assert name in pydoc.render_doc(getattr(shipit, name))


def test_a_type_checker_sees_the_same_names() -> None:
    module = ast.parse(Path(shipit.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in module.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    statements = [statement for statement in block.body if isinstance(statement, ast.ImportFrom)]
    assert statements == block.body
    imported = [(statement.module, alias) for statement in statements for alias in statement.names]
    assert {alias.asname for _, alias in imported} == NAMES
    for module_name, alias in imported:
        assert module_name and alias.asname
        assert getattr(importlib.import_module(module_name), alias.name) is getattr(shipit, alias.asname)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_typed(name: str) -> None:
    function = getattr(shipit, name)
    assert set(function.__annotations__) == {*inspect.signature(function).parameters, "return"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_tells_its_arguments_its_errors_and_an_example(name: str) -> None:
    function = getattr(shipit, name)
    explained = inspect.getdoc(function) or ""
    arguments = explained.partition("Args:")[2]
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"^    {parameter}: .", arguments, re.MULTILINE), parameter
    assert re.search(r"^Raises|Never raises", explained, re.MULTILINE)
    assert ">>> " in explained


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_one_except_clause_catches_every_error(name: str) -> None:
    assert issubclass(getattr(shipit, name), shipit.ShipitError)


def test_errors_raised_to_a_program_name_no_option_of_the_command_line(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "app")], check=True)
    (tmp_path / "app/shipit.toml").write_text('[packages.web]\npath = "web"\n')
    project = shipit.open_project(str(tmp_path / "app"))
    calls = (
        lambda: shipit.open_project(str(tmp_path / "nowhere")),
        lambda: shipit.open_project(str(tmp_path)),
        lambda: shipit.load_config(path=str(tmp_path / "nowhere.toml")),
        lambda: shipit.release_notes(project, package="back"),
        lambda: shipit.release_notes(project),
    )
    for call in calls:
        with pytest.raises(shipit.UsageError) as raised:
            call()
        assert not re.search(r"(^|[ `])--?[A-Za-z]", f"{raised.value.what} {raised.value.hint}")


def test_what_is_still_to_come_is_not_there_as_a_stub() -> None:
    for name in ("plan_deploy", "status"):
        with pytest.raises(AttributeError, match=f"module `shipit` has no attribute `{name}`"):
            getattr(shipit, name)


def test_the_fakes_are_public() -> None:
    testing = importlib.import_module("shipit.testing")
    assert testing.FakeWorld.__doc__
    assert testing.crash_matrix.__doc__


def test_importing_shipit_loads_nothing_else_of_it() -> None:
    told = "import shipit, sys; print(sorted(name for name in sys.modules if name.split('.')[0] == 'shipit'))"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert loaded == "['shipit']\n"

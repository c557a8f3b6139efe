"""Packages whose names are loaded at their first use list each name twice: for the type checker, and for the program."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import shipit

ROOT = Path(shipit.__file__).parent
LAZY = sorted(path.parent for path in ROOT.rglob("__init__.py") if "on_first_use(" in path.read_text(encoding="utf-8"))


def imported_for_types(package: Path) -> set[str]:
    """Return the names that the type checker sees in a package."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.asname for node in imports for alias in node.names if alias.asname}


@pytest.mark.parametrize("package", LAZY, ids=lambda path: path.relative_to(ROOT.parent).as_posix())
def test_the_program_finds_each_name_that_the_type_checker_sees_and_no_other(package: Path) -> None:
    module = importlib.import_module(".".join(package.relative_to(ROOT.parent).parts))
    names = {name for each in module._NAMES.values() for name in each}
    assert names == imported_for_types(package)
    for name in names:
        assert getattr(module, name) is not None


def test_a_name_that_no_module_defines_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"`shipit.world` has no attribute `Nothing`"):
        shipit_world = importlib.import_module("shipit.world")
        _ = shipit_world.Nothing

"""The rules at the heads of the modules are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import shipit

MODULES = [module.name for module in pkgutil.walk_packages(shipit.__path__, "shipit.") if "__main__" not in module.name]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0

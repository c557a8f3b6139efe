"""The rules at the heads of the modules are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

import shipit
from shipit.cli.demo.sample import SampleProject

MODULES = ["shipit"] + [
    module.name for module in pkgutil.walk_packages(shipit.__path__, "shipit.") if "__main__" not in module.name
]


@pytest.mark.usefixtures("own_environment")
@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_sample: Callable[[Path], SampleProject]
) -> None:
    """Those that open `chat-server` find the sample project, fresh for each docstring."""
    for at, example in enumerate(doctest.DocTestFinder().find(importlib.import_module(name))):
        place = tmp_path / str(at)
        place.mkdir()
        if "chat-server" in (example.docstring or ""):
            new_sample(place)
        monkeypatch.chdir(place)
        assert doctest.DocTestRunner().run(example).failed == 0

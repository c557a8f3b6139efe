"""Packages whose names are loaded when they are first used, so that a command loads only what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def on_first_use(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package, which imports a name from its module when the name is first used.

    >>> on_first_use("shipit", {"core.versions": ("Bump",)})("Bump")
    <enum 'Bump'>

    Args:
        package: the name of the package.
        names: the names by the module that defines them, below the package.
    """
    module_of = {name: f"{package}.{module}" for module, defined in names.items() for name in defined}

    def load(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module `{package}` has no attribute `{name}`")
        import importlib

        return getattr(importlib.import_module(module_of[name]), name)

    return load

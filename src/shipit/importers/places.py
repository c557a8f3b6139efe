"""The places where a tool looks for its settings: a file of its own, or a table in a file of others.

>>> files = {"pyproject.toml": "[tool.x]\\na = 1\\n"}
>>> read_first(files.get, (".x.json", "pyproject.toml: tool.x"))
('pyproject.toml', {'a': 1})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from shipit.importers.document import read_document


def read_first(read: Callable[[str], str | None], places: Iterable[str]) -> tuple[str, dict[str, Any]] | None:
    """Return the first of `places` that has settings, as its file and its values; None when none of them has any.

    Raises `ConfigError` for a file that cannot be read.
    """
    for place in places:
        path, _, table = place.partition(": ")
        text = read(path)
        if text is None or (table and not all(key in text for key in table.split("."))):
            continue
        if (values := _table(read_document(path, text), table)) is not None:
            return path, values
    return None


def _table(values: dict[str, Any], table: str) -> dict[str, Any] | None:
    """Return the table in `values` with the name `table`, which has dots; None without one."""
    for key in filter(None, table.split(".")):
        inner = values.get(key)
        if not isinstance(inner, dict):
            return None
        values = inner
    return values

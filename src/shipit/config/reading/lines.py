r"""The line of each key in a TOML document, for error messages; tomllib does not report it.

>>> lines = key_lines('[release]\ntag = "v{version}"\nassets = [\n  "a",\n]\n')
>>> key_line(("release", "assets", 0), lines), key_line(("bump",), lines)
(3, None)
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from shipit.config.keys import Key


def key_lines(text: str) -> dict[Key, int]:
    """Return the line of each table header and each key in a valid TOML document, counted from 1."""
    lines: dict[Key, int] = {}
    entries: dict[Key, int] = {}
    table: Key = ()
    for line, source, statement in _statements(text):
        names = _names(statement)
        if source.startswith("["):
            table = at = _table(names, entries, another=source.startswith("[["))
        else:
            at = table + names
        for end in range(1, len(at) + 1):
            lines.setdefault(at[:end], line)
    return lines


def key_line(key: Key, lines: Mapping[Key, int]) -> int | None:
    """Return the line of `key`, or else of the nearest key or table that contains it; None if there is neither."""
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), None)


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield each header and each assignment with its line, its text and its value.

    A statement of several lines is complete when its lines together are valid TOML.
    """
    source, start = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        source += line + "\n"
        try:
            statement = tomllib.loads(source)
        except tomllib.TOMLDecodeError:
            continue
        if statement:
            yield start, source.lstrip(), statement
        source, start = "", number + 1


def _names(statement: dict[str, Any]) -> tuple[str, ...]:
    """Return the dotted key of a statement, followed by the keys of an inline table that has only one key."""
    names: tuple[str, ...] = ()
    value: Any = statement
    while isinstance(value, dict) and len(value) == 1:
        name, value = next(iter(value.items()))
        names += (name,)
    return names


def _table(names: tuple[str, ...], entries: dict[Key, int], *, another: bool) -> Key:
    """Return the key path of a table header; `entries` counts the entries of each array of tables so far."""
    path: Key = ()
    for name in names:
        path = (*_latest(path, entries), name)
    if another:
        entries[path] = entries.get(path, 0) + 1
    return _latest(path, entries)


def _latest(path: Key, entries: Mapping[Key, int]) -> Key:
    return (*path, entries[path] - 1) if path in entries else path

r"""On which line a key stands, which tomllib does not tell. Needed for error messages only.

>>> lines = key_lines('[release]\ntag = "v{version}"\nassets = [\n  "a",\n]\n')
>>> line_of(("release", "assets", 0), lines), line_of(("bump",), lines)
(3, None)
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from shipit.config.keys import Key


def key_lines(text: str) -> dict[Key, int]:
    """The line, from 1, of each table header and each key of a valid TOML document."""
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


def line_of(key: Key, lines: Mapping[Key, int]) -> int | None:
    """The line of `key`, or of the nearest key around it."""
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), None)


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each header and each assignment by itself; lines are added until TOML sees it whole."""
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
    """The dotted key of a statement, and what follows while there is one way to go."""
    names: tuple[str, ...] = ()
    value: Any = statement
    while isinstance(value, dict) and len(value) == 1:
        name, value = next(iter(value.items()))
        names += (name,)
    return names


def _table(names: tuple[str, ...], entries: dict[Key, int], *, another: bool) -> Key:
    """The key path a header opens; `entries` counts those of each array of tables so far."""
    path: Key = ()
    for name in names:
        path = (*_latest(path, entries), name)
    if another:
        entries[path] = entries.get(path, 0) + 1
    return _latest(path, entries)


def _latest(path: Key, entries: Mapping[Key, int]) -> Key:
    return (*path, entries[path] - 1) if path in entries else path

"""The `[[package]]` tables of lock files in TOML, which repeat the version of our own package beside the others'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from shipit.versionfiles.base import Place
from shipit.versionfiles.syntax import toml

Table = Mapping[str, str]  # the texts of a table by key, dots for those inside: {"source.editable": "."}


def packages(text: str, ours: Callable[[Table], bool]) -> list[Place]:
    """The version of each package whose table `ours` accepts, under the package's name."""
    tables: dict[str, dict[str, Place]] = defaultdict(dict)
    for place in toml.places(text):
        kind, _, rest = place.path.partition(".")
        index, _, key = rest.partition(".")
        if kind == "package" and index.isdigit():
            tables[index][key] = place
    named = [table for table in tables.values() if {"name", "version"} <= table.keys()]
    return [
        Place(table["name"].span.of(text), table["version"].span)
        for table in named
        if ours({key: place.span.of(text) for key, place in table.items()})
    ]

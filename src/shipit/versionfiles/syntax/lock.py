"""The `[[package]]` tables of lock files in TOML, which contain the version of the project besides all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from shipit.versionfiles.base import Place, cut
from shipit.versionfiles.syntax.toml import toml_places

# The strings of a `[[package]]` table by key, with dots for keys of inner tables: {"source.editable": "."}
PackageTable = Mapping[str, str]


def lock_packages(text: str, accept: Callable[[PackageTable], bool]) -> list[Place]:
    """Return the places of the versions of all packages whose table `accept` accepts.

    The path of each place is the name of its package. Raises `VersionFileError`.
    """
    tables: dict[str, dict[str, Place]] = defaultdict(dict)
    for place in toml_places(text):
        kind, _, rest = place.path.partition(".")
        index, _, key = rest.partition(".")
        if kind == "package" and index.isdigit():
            tables[index][key] = place
    complete = [table for table in tables.values() if {"name", "version"} <= table.keys()]
    return [
        Place(cut(table["name"].span.of(text)), table["version"].span)
        for table in complete
        if accept({key: place.span.of(text) for key, place in table.items()})
    ]

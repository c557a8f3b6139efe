"""Tables that say what becomes of each key of a tool.

>>> found = FoundKeys()
>>> readers = {"file": taken("changelog.file"), "colour": no_counterpart("shipit has no colours")}
>>> read_keys({"file": "NEWS.md", "colour": 1, "x": 2}, readers, found)
>>> [(key.key, key.status, key.setting) for key in found.keys]
[('file', 'taken', 'changelog.file'), ('colour', 'no counterpart', ''), ('x', 'needs your decision', '')]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shipit.importers.model import FoundKeys

ReadKey = Callable[[str, Any, FoundKeys], None]
"""Reports what becomes of a key, given its name, its value, and the object to report to."""


def read_keys(values: Mapping[str, Any], readers: Mapping[str, ReadKey], found: FoundKeys, prefix: str = "") -> None:
    """Read each key of `values` by its reader; a key without a reader needs a decision.

    Args:
        values: the values of the other tool, by key.
        readers: the readers, by key.
        found: where to add the results.
        prefix: the beginning of the reported names, such as `changelog.`.
    """
    for key, value in values.items():
        readers.get(key, unknown)(f"{prefix}{key}", value, found)


def taken(setting: str, why: str = "") -> ReadKey:
    """Return a reader that sets `setting` to the value, which must be a text, a number, or True or False."""

    def read(key: str, value: Any, found: FoundKeys) -> None:
        if isinstance(value, str | int):
            found.taken(key, setting, value, why)
        else:
            found.undecided(key, f"`{setting}` cannot have this value")

    return read


def default(why: str = "") -> ReadKey:
    """Return a reader that reports that shipit does the same without a setting."""
    return lambda key, value, found: found.default(key, why)


def no_counterpart(why: str) -> ReadKey:
    """Return a reader that reports that shipit has nothing like the key, or does not need it."""
    return lambda key, value, found: found.no_counterpart(key, why)


def undecided(why: str) -> ReadKey:
    """Return a reader that leaves the decision to the person."""
    return lambda key, value, found: found.undecided(key, why)


def default_if(usual: object, otherwise: ReadKey) -> ReadKey:
    """Return a reader that reports the value `usual` as the default of shipit; `otherwise` reads others."""
    return lambda key, value, found: found.default(key) if value == usual else otherwise(key, value, found)


def read_by_others(key: str, value: Any, found: FoundKeys) -> None:
    """Report nothing: the key is read together with another one."""


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, nothing for an empty value, and any other value as a list with it alone."""
    if value is None or value is False:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


unknown = undecided("a key that shipit does not know")

"""The imported settings that shipit accepts, and the reasons for which it refuses the others.

>>> settings = {"release": {"tag": "v{version}", "branches": ["a b"]}, "bump": {"docs": "patch"}}
>>> accepted, refused = accepted_settings(settings)
>>> accepted
{'release': {'tag': 'v{version}'}, 'bump': {'docs': 'patch'}}
>>> list(refused)
['release.branches']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shipit.config.keys import toml_key
from shipit.config.load import parse_config
from shipit.errors import ConfigError
from shipit.plan.adoption.toml import toml_text

Settings = Mapping[str, Mapping[str, Any]]


def accepted_settings(settings: Settings) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return the settings without each key that is not valid, and the reason for each such key, by its path.

    Raises `ConfigError` for a problem that no key of the settings has.
    """
    accepted = {table: dict(keys) for table, keys in settings.items()}
    refused: dict[str, str] = {}
    while error := _problems(accepted):
        paths = {f"{table}.{toml_key(key)}": (table, key) for table, keys in accepted.items() for key in keys}
        found = [(place, problem.what) for problem in error.problems for place in _places(problem.where, paths)]
        if not found:
            what = "; ".join(f"{problem.where}: {problem.what}" for problem in error.problems) or error.what
            raise ConfigError(
                f"the imported settings are not valid for shipit: {what}",
                hint="write shipit.toml by hand; docs/configuration.md in shipit's repository has every key",
                state="nothing was changed",
            )
        for (table, key), what in found:
            path = f"{table}.{key}"
            refused[path] = f"{refused[path]}; {what}" if path in refused else what
            accepted[table].pop(key, None)
    return {table: keys for table, keys in accepted.items() if keys}, refused


def overlap(one: str, other: str) -> bool:
    """Return whether one of two paths of settings is the other one, or contains it.

    >>> overlap("release", "release.tag"), overlap("bump.docs", "bump.doc"), overlap("bump", "bump")
    (True, False, True)
    """
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _problems(settings: Settings) -> ConfigError | None:
    try:
        parse_config(toml_text(settings))
    except ConfigError as error:
        return error
    return None


def _places(where: str, paths: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the table and the key that the path of a problem leads to, of those in `paths`."""
    ends = (end for end, sign in enumerate(f"{where}.") if sign in ".[")
    yield from (paths[where[:end]] for end in ends if where[:end] in paths)

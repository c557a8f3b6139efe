"""Settings that a replay tries, to find those with which shipit decides the released version.

>>> setting = Setting("bump", {"docs": "patch"})
>>> setting.text, setting.applied(Config()).bump
('docs = "patch" under [bump]', {'docs': 'patch'})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shipit.config.keys import toml_key
from shipit.config.model import Config
from shipit.core.commits import Commit, Reading, Readings
from shipit.core.versions import Bump
from shipit.plan.version import rules_of


class Setting(Struct, frozen=True):
    """Keys of a table: the bumps of commit types in "bump", or the keys about versions 0.x in "release"."""

    table: str
    values: Mapping[str, str | bool]

    @property
    def text(self) -> str:
        """The setting as it is written in shipit.toml, with the name of its table."""
        written = (f"{toml_key(key)} = {_toml(value)}" for key, value in self.values.items())
        return f"{', '.join(written)} under [{self.table}]"

    def applied(self, config: Config) -> Config:
        """Return `config` with this setting."""
        if self.table == "release":
            changes = {key.replace("-", "_"): value for key, value in self.values.items()}
            return replace(config, release=replace(config.release, **changes))
        return replace(config, bump={**config.bump, **self.values})


def _toml(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def candidates(readings: Readings, needed: Bump, config: Config) -> Iterator[Setting]:
    """Yield the settings that may change the decision about `readings` to the bump `needed`, the likeliest first."""
    if readings.bump is Bump.MAJOR:
        yield Setting("release", {"major-on-zero": not config.release.major_on_zero})
    if readings.bump is Bump.MINOR:
        yield Setting("release", {"feature-on-zero": "patch" if needed is Bump.PATCH else "minor"})
    name = needed.name.lower()
    higher = _types((each for each in readings.counted if each.bump > needed), config)
    if higher:
        yield Setting("bump", dict.fromkeys(higher, name))
    lower = sorted(
        (each for each in readings.all if each.bump < needed), key=lambda reading: reading.bump, reverse=True
    )
    for type in _types(lower, config):
        yield Setting("bump", {type: name})


def _types(readings: Iterable[Reading], config: Config) -> list[str]:
    """Return the commit types of `readings`, in their order."""
    return list(dict.fromkeys(type for each in readings for type in types_of(each, config)))


def types_of(reading: Reading, config: Config) -> list[str]:
    """Return the types of a commit whose bump a setting can change: not those of a breaking change, or of a merge."""
    if reading.entries:
        return [entry.type for entry in reading.entries if not entry.breaking]
    rules = rules_of(config)
    parsed = rules.parse(reading.subject)
    return [parsed.type] if isinstance(parsed, Commit) and reading.reason == rules.bump_of(parsed)[1] else []

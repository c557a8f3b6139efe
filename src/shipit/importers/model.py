"""The result of an import: each key of the other tool with what became of it, and the settings of shipit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from shipit.core import limits
from shipit.core.versions import TagFormat, Version

Status = Literal["taken", "default already", "no counterpart", "needs your decision"]
"""The result for a key: it is a setting of shipit now, shipit does the same without a setting, shipit has nothing like
it, or a person decides."""
Settings = dict[str, dict[str, Any]]
"""The tables of shipit.toml by their names, each with its keys."""


class RepositoryFacts(Struct, frozen=True):
    """The facts about a repository that an import depends on.

    Attributes:
        read: returns the text of a file by its path; None if there is no such file.
        default_branch: the default branch of the remote; None if it is not known.
        tags: the names of the tags.
        last: the highest stable version among the tags; None without a release.
        workflows: the texts of the workflows, by path.
        address: the repository on GitHub, such as `acme/shop`; None without a remote.
    """

    read: Callable[[str], str | None]
    default_branch: str | None = None
    tags: tuple[str, ...] = ()
    last: Version | None = None
    workflows: Mapping[str, str] = {}
    address: str | None = None

    def has_tag(self, template: str) -> bool:
        """Return whether a tag has the tag format `template`."""
        format = TagFormat(template)
        return any(format.parse(name) for name in self.tags)

    def runs(self, pattern: re.Pattern[str]) -> bool:
        """Return whether a line of a workflow matches `pattern`."""
        return any(pattern.search(line) for text in self.workflows.values() for line in lines_of(text))


def lines_of(text: str) -> list[str]:
    """Return the lines of a workflow, each up to a limit, so that searching is fast; a comment is an empty line."""
    lines = (line[: limits.IMPORTED_LINE] for line in text.splitlines())
    return ["" if line.lstrip().startswith("#") else line for line in lines]


class ImportedKey(Struct, frozen=True):
    """A key of the other tool, with what became of it.

    `setting` names the settings that it leads to, such as `release.tag`; empty without one. `why` is the
    reason, or a remark; it is never empty for a key without a counterpart and for one that needs a decision.
    """

    key: str
    status: Status
    setting: str = ""
    why: str = ""


class Imported(Struct, frozen=True):
    """The settings of one tool. `files` are the files that they are in, and `settings` the settings of shipit."""

    tool: str
    files: tuple[str, ...]
    keys: tuple[ImportedKey, ...]
    settings: Mapping[str, Mapping[str, Any]]


class FoundKeys:
    """The keys that an importer has found so far, and the settings of shipit that they lead to.

    Each method adds a key with its `Status`: `taken`, `noted`, `added` and `taken_all` that it is a setting of shipit,
    `default` that shipit does the same anyway, `no_counterpart` that shipit has nothing like it, `proposed` and
    `undecided` that a person decides. `files` are the files of the other tool that they were found in.
    """

    def __init__(self, *files: str) -> None:
        self.files = list(files)
        self.keys: list[ImportedKey] = []
        self.settings: Settings = {}

    def taken(self, key: str, setting: str, value: object, why: str = "") -> None:
        """Set `setting`, such as `release.tag`, to `value`, because of `key`."""
        table, _, name = setting.partition(".")
        self.taken_all(key, table, {name: value}, why)

    def noted(self, key: str, setting: str, why: str = "") -> None:
        """Report that `setting`, which is set together with other keys, is the counterpart of `key`."""
        self.keys.append(ImportedKey(key, "taken", setting, why))

    def added(self, key: str, setting: str, value: object, why: str = "") -> None:
        """Add `value` to the list `setting`, because of `key`."""
        table, _, name = setting.partition(".")
        self.taken(key, setting, [*self.settings.get(table, {}).get(name, ()), value], why)

    def taken_all(self, key: str, table: str, values: Mapping[str, object], why: str = "") -> None:
        """Set several keys of `table`, because of `key`."""
        self.settings.setdefault(table, {}).update(values)
        self.keys.append(ImportedKey(key, "taken", ", ".join(f"{table}.{name}" for name in values), why))

    def proposed(self, key: str, table: str, values: Mapping[str, object], why: str) -> None:
        """Set keys of `table`, and leave the decision whether this is right to the person, because of `why`."""
        self.taken_all(key, table, values, why)
        self.keys[-1] = replace(self.keys[-1], status="needs your decision")

    def default(self, key: str, why: str = "") -> None:
        """Report that shipit does the same without a setting."""
        self.keys.append(ImportedKey(key, "default already", "", why))

    def no_counterpart(self, key: str, why: str) -> None:
        """Report that shipit has nothing like `key`, or does not need it."""
        self.keys.append(ImportedKey(key, "no counterpart", "", why))

    def undecided(self, key: str, why: str) -> None:
        """Report that a person has to decide what becomes of `key`."""
        self.keys.append(ImportedKey(key, "needs your decision", "", why))

    def imported(self, tool: str) -> Imported:
        """Return everything that was found, as the settings of `tool`."""
        return Imported(tool, tuple(self.files), tuple(self.keys), self.settings)


class Importer(Struct, frozen=True):
    """The reader of the settings of one tool.

    Attributes:
        read: returns what it found; None if the repository does not use the tool. It raises `ConfigError` for a file
            that cannot be read.
        places: the files that the tool reads, in its order; `pyproject.toml: tool.x` is a table in a file.
        runs: matches a line of a workflow that runs the tool.
    """

    read: Callable[[RepositoryFacts], FoundKeys | None]
    places: tuple[str, ...]
    runs: re.Pattern[str]

"""Settings of other tools as the files of a repository, and what they become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shipit.core.versions import Version
from shipit.importers import Imported, RepositoryFacts, read_settings

Keys = dict[str, str]
"""The result of the import for each key."""
TAKEN, DEFAULT, NONE, ASK = "taken", "default already", "no counterpart", "needs your decision"


class Fixture(Struct, frozen=True):
    """The settings of a repository, and what they become key by key.

    Attributes:
        name: a name for the test.
        files: the files of the repository; those that are not texts are written as JSON.
        keys: the status of each key.
        settings: the settings of shipit, by table.
        tags: the tags of the repository.
        last: its last version; empty without one.
    """

    name: str
    files: Mapping[str, Any]
    keys: Keys
    settings: Mapping[str, Mapping[str, Any]] = {}
    tags: tuple[str, ...] = ("v1.2.0",)
    last: str = "1.2.0"

    @property
    def texts(self) -> dict[str, str]:
        """The files as texts."""
        return {path: each if isinstance(each, str) else json.dumps(each) for path, each in self.files.items()}


def imported(
    files: Mapping[str, Any], *, default: str | None = "main", tags: tuple[str, ...] = ("v1.2.0",), last: str = "1.2.0"
) -> Imported:
    """Return the only import of a repository with these files; those that are not texts are written as JSON."""
    texts = {path: value if isinstance(value, str) else json.dumps(value) for path, value in files.items()}
    workflows = {path: text for path, text in texts.items() if path.startswith(".github/workflows/")}
    repository = RepositoryFacts(texts.get, default, tags, Version.parse(last) if last else None, workflows)
    (found,) = read_settings(repository)
    return found


def statuses(found: Imported) -> Keys:
    return {key.key: key.status for key in found.keys}

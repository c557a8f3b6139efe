"""Settings of other tools as the files of a repository, and what they become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shipit.core.versions import Version
from shipit.importers import Imported, Repository, read_settings

Keys = dict[str, str]
"""The result of the import for each key."""


def imported(
    files: Mapping[str, Any], *, default: str | None = "main", tags: tuple[str, ...] = ("v1.2.0",), last: str = "1.2.0"
) -> Imported:
    """Return the only import of a repository with these files; those that are not texts are written as JSON."""
    texts = {path: value if isinstance(value, str) else json.dumps(value) for path, value in files.items()}
    (found,) = read_settings(Repository(texts.get, default, tags, Version.parse(last) if last else None))
    return found


def statuses(found: Imported) -> Keys:
    return {key.key: key.status for key in found.keys}

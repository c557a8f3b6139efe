"""The release branches of semantic-release."""

from __future__ import annotations

import re
from typing import Any

from shipit.importers.model import FoundKeys, RepositoryFacts

_GLOB = re.compile(r"[*?+!@{(\[]")
_MAINTENANCE = "maintenance branches are named one by one: add `1.x` or `1.2.x` to `branches` when there is one"


def read_branches(value: Any, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the key `branches`; None when it is not set."""
    if value is None:
        return
    entries = value if isinstance(value, list) else [value]
    written = [each for number, entry in enumerate(entries) if (each := _branch(entry, number, found)) is not None]
    if written == [repository.default_branch]:
        found.default("branches", "it is the default branch of the remote")
    elif len(written) == 1 and isinstance(written[0], str):
        found.taken("branches", "release.branch", written[0])
    elif written:
        _several(written, found)


def _several(written: list[str | dict[str, str]], found: FoundKeys) -> None:
    plain = [each for each in written if isinstance(each, str) and not re.fullmatch(r"\d+\.(\d+\.)?x", each)]
    if len(plain) > 1:
        names = ", ".join(f"`{name}`" for name in plain)
        why = f"{names} all make stable releases: give them a `range` or a `prerelease`"
        found.proposed("branches", "release", {"branches": written}, why)
    else:
        found.taken("branches", "release.branches", written)


def _branch(entry: Any, number: int, found: FoundKeys) -> str | dict[str, str] | None:
    """Return a branch as shipit writes it; None for one that has no counterpart."""
    key = f"branches[{number}]"
    settings = entry if isinstance(entry, dict) else {"name": entry}
    name = settings.get("name")
    if not isinstance(name, str):
        found.undecided(key, "a branch without a name")
        return None
    if _GLOB.search(name):
        found.no_counterpart(key, _MAINTENANCE)
        return None
    if "channel" in settings:
        found.no_counterpart(f"{key}.channel", "a channel of npm, which shipit does not publish to")
    return _written(key, name, settings, found)


def _written(key: str, name: str, settings: dict[str, Any], found: FoundKeys) -> str | dict[str, str]:
    branch = {"name": name}
    if range := settings.get("range"):
        branch["range"] = str(range)
    prerelease = settings.get("prerelease")
    if prerelease:
        identifier = name if prerelease is True else str(prerelease)
        branch["prerelease"] = re.sub(r"[^0-9A-Za-z-]+", "-", identifier).strip("-") or "pre"
        if branch["prerelease"] != identifier:
            found.undecided(f"{key}.prerelease", f"`{identifier}` became `{branch['prerelease']}`: check it")
    return branch if len(branch) > 1 else name

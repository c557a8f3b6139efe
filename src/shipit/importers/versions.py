"""The rules of other tools for versions: the form of a tag, the bump of each type, and the versions 0.x."""

from __future__ import annotations

from collections.abc import Mapping

from shipit.core.commits import DEFAULT_BUMPS
from shipit.importers.model import Found, Repository


def read_tag(key: str, template: str, found: Found, repository: Repository) -> None:
    """Read the tag format of a tool; if no tag has it, that of the tags counts."""
    candidates = (template, "v{version}", "{version}")
    used = next((each for each in candidates if repository.has_tag(each)), template)
    why = "" if used == template else f"the tags have this format, and not `{template}`"
    if used == "v{version}":
        found.default(key, why)
    else:
        found.taken(key, "release.tag", used, why)


def read_bumps(key: str, bumps: Mapping[str, str], found: Found, why: str = "") -> None:
    """Read the bump of each type, which is `none` for a type that leads to no release."""
    changed = {type: bump for type, bump in bumps.items() if bump != DEFAULT_BUMPS.get(type, "none")}
    if changed:
        found.taken_all(key, "bump", changed, why)
    else:
        found.default(key)


def read_breaking_on_zero(key: str, found: Found, repository: Repository, *, major: bool, why: str = "") -> None:
    """Read what a breaking change of 0.x leads to: 1.0.0 if `major`, else the next minor version."""
    if not major:
        found.default(key)
    elif repository.last is None or repository.last.major == 0:
        found.taken(key, "release.major-on-zero", True, why)
    else:
        found.default(key, "the last version is not 0.x")

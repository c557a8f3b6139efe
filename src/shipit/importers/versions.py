"""The rules of other tools for versions: the form of a tag, the bump of each type, and the versions 0.x."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shipit.core.commits import DEFAULT_BUMPS, OTHERS
from shipit.importers.model import FoundKeys, RepositoryFacts


def read_tag(key: str, template: str, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the tag format of a tool; if no tag has this format, the format of the tags is used."""
    candidates = (template, "v{version}", "{version}")
    used = next((each for each in candidates if repository.has_tag(each)), template)
    why = "" if used == template else f"the tags have this format, and not `{template}`"
    if used == "v{version}":
        found.default(key, why)
    else:
        found.taken(key, "release.tag", used, why)


def read_subject(key: str, template: str, found: FoundKeys) -> None:
    """Read the first line of the release commit, with `{version}` for the version or `{tag}` for the tag."""
    subject = template.partition("\n")[0]
    for mark in ("[skip ci]", "[ci skip]", "[skip actions]", "[no ci]"):
        subject = subject.replace(mark, "").strip()
    if subject == "chore(release): {version}":
        found.default(key)
    elif re.fullmatch(r"[^{}$<]*\{(?:version|tag)\}[^{}$<]*", subject):
        found.taken(key, "release.commit-message", subject)
    else:
        found.undecided(key, "`commit-message` in `[release]` is a text with `{version}` or `{tag}`")


def read_bumps(key: str, bumps: Mapping[str, str], found: FoundKeys, why: str = "") -> None:
    """Read the bump of each type, which is `none` for a type that leads to no release; `*` stands for all others."""
    others = bumps.get(OTHERS, "none")
    usual = {**dict.fromkeys(bumps, others), **DEFAULT_BUMPS, OTHERS: "none"}
    changed = {type: bump for type, bump in bumps.items() if bump != usual[type]}
    if changed:
        found.taken_all(key, "bump", changed, why)
    else:
        found.default(key)


def read_breaking_on_zero(
    key: str, found: FoundKeys, repository: RepositoryFacts, *, major: bool, why: str = ""
) -> None:
    """Read what a breaking change of 0.x leads to: 1.0.0 if `major`, else the next minor version."""
    if not major:
        found.default(key)
    elif repository.last is None or repository.last.major == 0:
        found.taken(key, "release.major-on-zero", True, why)
    else:
        found.default(key, "the last version is not 0.x")

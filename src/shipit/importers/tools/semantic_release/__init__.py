"""The settings of semantic-release, from the places where it looks for them."""

from __future__ import annotations

import re
from typing import Any

from shipit.importers.model import FoundKeys, Importer, RepositoryFacts
from shipit.importers.places import read_first
from shipit.importers.tools.semantic_release.branches import read_branches
from shipit.importers.tools.semantic_release.plugins import read_plugins

# In the order in which semantic-release looks for them; the first one counts.
_EXTENSIONS = ("", ".json", ".yaml", ".yml", ".js", ".ts", ".cjs", ".mjs")
_PLACES = (
    "package.json: release",
    *(f".releaserc{extension}" for extension in _EXTENSIONS),
    *(f"release.config{extension}" for extension in _EXTENSIONS[4:]),
)
_NOT_NEEDED = {
    "repositoryUrl": "shipit uses the git remote",
    "ci": "shipit releases wherever you run it",
    "debug": "shipit has the option -v",
    "dryRun": "shipit has the option --dry-run",
}
# The steps of plugins that versions of semantic-release before 15 had as keys.
_OLD = ("verifyConditions", "analyzeCommits", "verifyRelease", "generateNotes", "prepare", "publish", "success", "fail")
# The placeholder of the version, as semantic-release writes it.
_VERSION = "${version}"


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    """Read the settings. Without a file, a workflow that runs semantic-release has the usual ones."""
    place = read_first(repository.read, IMPORTER.places)
    if place is None and not repository.runs(IMPORTER.runs):
        return None
    file, settings = place or (None, {})
    found = FoundKeys(*([file] if file else []))
    for key, value in settings.items():
        _read_key(key, value, found)
    read_branches(settings.get("branches"), found, repository)
    read_plugins(settings, found, repository)
    return found


def _read_key(key: str, value: Any, found: FoundKeys) -> None:
    """Read a key of the top level, except those that are read together with others."""
    if key == "tagFormat":
        _read_tag_format(value, found)
    elif key in _NOT_NEEDED:
        found.no_counterpart(key, _NOT_NEEDED[key])
    elif key == "extends":
        found.undecided(key, f"shipit does not read `{value}`: write its keys into shipit.toml by hand")
    elif key in _OLD:
        found.undecided(key, "a key of semantic-release before version 15: see what its plugins do")
    elif key not in ("branches", "plugins", "preset", "releaseRules", "parserOpts", "presetConfig", "$schema"):
        found.undecided(key, "a key that shipit does not know")


def _read_tag_format(value: Any, found: FoundKeys) -> None:
    template = str(value).replace(_VERSION, "{version}")
    if template == "v{version}":
        found.default("tagFormat")
    elif template.count("{version}") == 1 and "$" not in template:
        found.taken("tagFormat", "release.tag", template)
    else:
        found.undecided("tagFormat", f"`{value}` is not a text with `{_VERSION}` once")


IMPORTER = Importer(
    _read,
    _PLACES,
    re.compile(
        r"(?:^(?>.*?\b(?:npx|yarn|pnpm|pnpx|bunx)\b).*[ /](?<!python-)semantic-release\b)|/semantic-release-action@"
    ),
)

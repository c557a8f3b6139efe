"""The settings of semantic-release, from the places where it looks for them."""

from __future__ import annotations

from typing import Any

from shipit.importers.document import read_document
from shipit.importers.model import Found, Imported, Repository
from shipit.importers.semantic_release.branches import read_branches
from shipit.importers.semantic_release.plugins import read_plugins

# In the order in which semantic-release looks for them; the first one counts.
_EXTENSIONS = ("", ".json", ".yaml", ".yml", ".js", ".ts", ".cjs", ".mjs")
_FILES = (
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
_RUNNERS = ("npx ", "yarn ", "pnpm ", "pnpx ", "bunx ", "semantic-release-action")
# The placeholder of the version, as semantic-release writes it.
_VERSION = "${version}"


def read_semantic_release(repository: Repository) -> Imported | None:
    """Return the settings of semantic-release; None when the repository does not use it.

    Without a file, a workflow that runs it has the usual settings.

    Raises `ConfigError` for a file that cannot be read, or that contains code.
    """
    file, settings = _settings(repository)
    if file is None and not any(_runs(line) for text in repository.workflows.values() for line in text.splitlines()):
        return None
    found = Found()
    for key, value in settings.items():
        _read_key(key, value, found)
    read_branches(settings.get("branches"), found, repository)
    read_plugins(settings, found, repository)
    return found.imported("semantic-release", *([file] if file else []))


def _settings(repository: Repository) -> tuple[str | None, dict[str, Any]]:
    """Return the file with the settings, and the settings; no file when there is none."""
    package = repository.read("package.json")
    if package is not None and isinstance(settings := read_document("package.json", package).get("release"), dict):
        return "package.json", settings
    for file in _FILES:
        if (text := repository.read(file)) is not None:
            return file, read_document(file, text)
    return None, {}


def _runs(line: str) -> bool:
    """Return whether a line of a workflow runs semantic-release, and not python-semantic-release."""
    return "semantic-release" in line and "python" not in line and any(runner in line for runner in _RUNNERS)


def _read_key(key: str, value: Any, found: Found) -> None:
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


def _read_tag_format(value: Any, found: Found) -> None:
    template = str(value).replace(_VERSION, "{version}")
    if template == "v{version}":
        found.default("tagFormat")
    elif template.count("{version}") == 1 and "$" not in template:
        found.taken("tagFormat", "release.tag", template)
    else:
        found.undecided("tagFormat", f"`{value}` is not a text with `{_VERSION}` once")

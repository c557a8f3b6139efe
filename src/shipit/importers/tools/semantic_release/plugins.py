"""The plugins of semantic-release, each with its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shipit.importers.keys import as_list
from shipit.importers.model import FoundKeys, RepositoryFacts
from shipit.importers.sections import read_sections
from shipit.importers.tools.semantic_release.commands import read_exec
from shipit.importers.tools.semantic_release.publishing import read_changelog, read_git, read_github, read_npm
from shipit.importers.tools.semantic_release.rules import read_parser, read_rules
from shipit.importers.version_files import NamedFile, read_version_files

Options = dict[str, Any]
_Read = Callable[[str, Options, FoundKeys, RepositoryFacts], None]

_OFFICIAL = "@semantic-release/"
_DEFAULT = tuple(f"{_OFFICIAL}{name}" for name in ("commit-analyzer", "release-notes-generator", "npm", "github"))
# Options that semantic-release gives to each plugin when they are at the top level.
_SHARED = ("preset", "releaseRules", "parserOpts", "presetConfig")


def read_plugins(settings: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the plugins and their options. Without the key `plugins`, semantic-release has four of them."""
    named = settings.get("plugins")
    plugins = [_plugin(each) for each in (_DEFAULT if named is None else as_list(named))]
    shared = {key: settings[key] for key in _SHARED if key in settings}
    for name, options in plugins:
        if read := _PLUGINS.get(name):
            read(name, {**shared, **options} if read in (read_rules, _read_notes) else options, found, repository)
        else:
            found.undecided(name, _UNKNOWN.get(name, "a plugin that shipit does not know"))
    names = {name for name, _ in plugins}
    if f"{_OFFICIAL}git" not in names:
        why = "without the plugin `git`, semantic-release makes no release commit"
        found.taken("plugins (no git)", "release.write-back", "none", why)
    if f"{_OFFICIAL}github" not in names:
        found.undecided("plugins (no github)", "shipit makes a GitHub Release, and semantic-release makes none here")


def _plugin(entry: Any) -> tuple[str, Options]:
    """Return the name and the options of an entry of `plugins`."""
    if isinstance(entry, list) and entry:
        return str(entry[0]), entry[1] if len(entry) > 1 and isinstance(entry[1], dict) else {}
    return str(entry), {}


def _read_notes(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    config = options.get("presetConfig")
    if isinstance(config, dict):
        if "types" in config:
            read_sections(f"{name}.presetConfig.types", config["types"], found)
        for key in config.keys() - {"types"}:
            found.no_counterpart(f"{name}.presetConfig.{key}", "shipit makes the links itself")
    elif not options.keys() & {"writerOpts", "parserOpts", "host"}:
        found.default(name)
    read_parser(name, options.get("parserOpts"), found)
    if "writerOpts" in options:
        found.no_counterpart(
            f"{name}.writerOpts", "shipit renders the notes with a template: `template` in `[changelog]`"
        )
    for key in options.keys() - {"preset", "presetConfig", "parserOpts", "writerOpts", "releaseRules"}:
        found.no_counterpart(f"{name}.{key}", "shipit makes the links itself")


def _read_replacements(name: str, options: Options, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the files whose version the plugin replaces."""
    files = [
        NamedFile(f"{name}.replacements[{number}] ({path})", str(path).removeprefix("./"))
        for number, replacement in enumerate(as_list(options.get("replacements")))
        if isinstance(replacement, dict)
        for path in as_list(replacement.get("files"))
    ]
    before = found.settings.get("release", {}).get("version-files", [])
    read_version_files(files, found, repository)
    if before:
        added = found.settings["release"].get("version-files", [])
        found.settings["release"]["version-files"] = [*before, *(each for each in added if each not in before)]
    if not files:
        found.undecided(name, "name the files with the version in `version-files`")


_PLUGINS: dict[str, _Read] = {
    f"{_OFFICIAL}commit-analyzer": read_rules,
    f"{_OFFICIAL}release-notes-generator": _read_notes,
    f"{_OFFICIAL}changelog": read_changelog,
    f"{_OFFICIAL}git": read_git,
    f"{_OFFICIAL}github": read_github,
    f"{_OFFICIAL}npm": read_npm,
    f"{_OFFICIAL}exec": read_exec,
    "@google/semantic-release-replace-plugin": _read_replacements,
    "semantic-release-replace-plugin": _read_replacements,
}
_UNKNOWN = {
    "gradle-semantic-release-plugin": "shipit writes the version into gradle.properties; run the publish task in a job "
    "after the release",
    "@semantic-release/gitlab": "shipit releases on GitHub only",
    "semantic-release-gitmoji": "shipit reads Conventional Commits, and no gitmoji",
    "@semantic-release-plus/docker": "shipit builds images itself: `[release.images]`",
    "@codedependant/semantic-release-docker": "shipit builds images itself: `[release.images]`",
}

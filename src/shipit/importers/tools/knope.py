"""The settings of knope: `knope.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shipit.importers.keys import ReadKey, as_list, default, no_counterpart, read_by_others, read_keys, undecided
from shipit.importers.model import FoundKeys, Importer, RepositoryFacts
from shipit.importers.places import read_first
from shipit.importers.version_files import NamedFile, read_version_files
from shipit.importers.versions import read_bumps, read_tag

Settings = dict[str, Any]

_STEPS: Mapping[str, str] = {
    "CreatePullRequest": 'to keep it: `write-back = "pull-request"` in `[release]`; else shipit releases when commits '
    "reach the branch",
    "CreateChangeFile": "shipit reads commits, and no change files",
    "SelectJiraIssue": "shipit has nothing to do with issues in progress",
    "TransitionJiraIssue": "shipit has nothing to do with issues in progress",
    "SelectGitHubIssue": "shipit has nothing to do with issues in progress",
    "SwitchBranches": "shipit has nothing to do with issues in progress",
    "RebaseBranch": "shipit has nothing to do with issues in progress",
}
_OWN = ("PrepareRelease", "BumpVersion", "Release")
# The types of change files that are those of commits, too.
_HEADINGS = {"major": "breaking", "minor": "feat", "patch": "fix"}
_KEYS: Mapping[str, ReadKey] = {
    **dict.fromkeys(("package", "packages", "workflows", "changes", "release_notes"), read_by_others),
    "github": default("shipit takes the repository from the git remote"),
    "gitea": undecided("shipit releases on GitHub only"),
    "jira": no_counterpart("shipit has nothing to do with issues in progress"),
}
_PACKAGE: Mapping[str, ReadKey] = {
    **dict.fromkeys(("versioned_files", "changelog", "extra_changelog_sections", "assets"), read_by_others),
    "scopes": undecided("shipit divides commits by their files: `path` or `paths` of a package"),
    "ignore_go_major_versioning": no_counterpart("shipit writes no version into go.mod"),
}


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    place = read_first(repository.read, IMPORTER.places)
    if place is None:
        return None
    file, settings = place
    found = FoundKeys(file)
    read_keys(settings, _KEYS, found)
    package = settings.get("package")
    if isinstance(package, dict):
        _read_package("package", package, found, repository)
    for name, each in _tables(settings.get("packages")):
        _read_several(name, each, found)
    _read_notes(settings, found)
    for number, workflow in enumerate(as_list(settings.get("workflows"))):
        _read_workflow(f"workflows[{number}]", workflow, found)
    if repository.last is None or repository.last.major == 0:
        why = "knope raises 0.x only by a patch for a feature"
        found.taken("(major version 0)", "release.feature-on-zero", "patch", why)
    read_bumps("(rules of knope)", {"perf": "none", "revert": "none"}, found, "in knope, only `feat` and `fix` count")
    return found


def _tables(value: Any) -> list[tuple[str, Settings]]:
    return (
        [(str(name), each) for name, each in value.items() if isinstance(each, dict)] if isinstance(value, dict) else []
    )


def _read_package(key: str, package: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the only package: it is the repository."""
    read_keys(package, _PACKAGE, found, f"{key}.")
    read_version_files(_files(key, package, found), found, repository)
    if "versioned_files" in package and not package["versioned_files"]:
        found.taken(f"{key}.versioned_files", "release.version-files", [], "only the tag has the version")
    if "changelog" in package:
        found.taken(f"{key}.changelog", "changelog.file", str(package["changelog"]))
    for number, asset in enumerate(as_list(package.get("assets"))):
        _read_asset(f"{key}.assets[{number}]", asset, found)
    _read_sections(key, package, found)
    if not repository.has_tag("v{version}") and repository.tags:
        read_tag("(tags)", "v{version}", found, repository)


def _files(key: str, package: Settings, found: FoundKeys) -> list[NamedFile]:
    """Return the version files of a package, without those that only depend on it."""
    files = []
    for number, entry in enumerate(as_list(package.get("versioned_files"))):
        name = f"{key}.versioned_files[{number}]"
        settings = entry if isinstance(entry, dict) else {"path": entry}
        if "dependency" in settings:
            found.undecided(name, f"shipit does not write the version of the dependency `{settings['dependency']}`")
        else:
            files.append(NamedFile(name, str(settings.get("path", ""))))
    return files


def _read_asset(key: str, asset: Any, found: FoundKeys) -> None:
    settings = asset if isinstance(asset, dict) else {"path": asset}
    found.added(key, "release.assets", str(settings.get("path", "")).removeprefix("./"))
    if "name" in settings:
        found.no_counterpart(f"{key}.name", "an asset has the name of its file")


def _read_sections(key: str, package: Settings, found: FoundKeys) -> None:
    """Read the additional sections of the changelog. Their types are those of change files, and not of commits."""
    for number, section in enumerate(as_list(package.get("extra_changelog_sections"))):
        name = f"{key}.extra_changelog_sections[{number}]"
        values = section if isinstance(section, dict) else {}
        types = [str(each) for each in as_list(values.get("types"))]
        headings = {_HEADINGS[type]: str(values.get("name")) for type in types if type in _HEADINGS}
        if headings:
            before = found.settings.get("changelog", {}).get("sections", {})
            found.taken(name, "changelog.sections", {**before, **headings})
        if len(headings) < len(types):
            why = "only change files have these types: in knope, a commit counts if it is `feat`, `fix` or breaking"
            found.no_counterpart(f"{name}.types", why)
        if "footers" in values:
            why = "in knope, any commit with such a footer counts as a fix; shipit decides by the type: write `fix`"
            found.undecided(f"{name}.footers", why)
        elif not types:
            found.undecided(name, "a section without `types` and without `footers`")


def _read_several(name: str, package: Settings, found: FoundKeys) -> None:
    """Read one of several packages: its directory is that of its version files."""
    key = f"packages.{name}"
    read_keys(package, _PACKAGE, found, f"{key}.")
    paths = [file.path for file in _files(key, package, found)]
    directories = {path.rpartition("/")[0] for path in paths}
    if len(directories) != 1 or "" in directories:
        found.undecided(key, "its version files are not in one directory: add `[packages]` with its `path` or `paths`")
        return
    table: Settings = {"path": directories.pop(), "tag": f"{name}/v{{version}}"}
    if package.get("changelog") not in (None, f"{table['path']}/CHANGELOG.md"):
        table["changelog"] = str(package["changelog"])
    found.taken(key, f"packages.{name}", table)
    if "extra_changelog_sections" in package:
        found.undecided(f"{key}.extra_changelog_sections", "`[changelog.sections]` is for all packages")
    if "assets" in package:
        found.undecided(f"{key}.assets", "`assets` in `[release]` is for all packages")


def _read_notes(settings: Settings, found: FoundKeys) -> None:
    changes, notes = settings.get("changes"), settings.get("release_notes")
    if isinstance(changes, dict) and changes.get("ignore_conventional_commits"):
        found.undecided("changes.ignore_conventional_commits", "shipit reads commits, and no change files")
    for key in notes if isinstance(notes, dict) else ():
        found.no_counterpart(f"release_notes.{key}", "shipit renders the notes with a template: `[changelog] template`")


def _read_workflow(key: str, workflow: Any, found: FoundKeys) -> None:
    for number, step in enumerate(as_list(workflow.get("steps") if isinstance(workflow, dict) else None)):
        name = f"{key}.steps[{number}]"
        kind = str(step.get("type")) if isinstance(step, dict) else ""
        if kind in _OWN:
            found.default(name, f"`{kind}` is a part of each release of shipit")
        elif kind == "Command":
            _read_command(name, str(step.get("command", "")), found)
        else:
            found.undecided(name, _STEPS.get(kind, "a step that shipit does not know"))


def _read_command(key: str, command: str, found: FoundKeys) -> None:
    """Read a command: those that commit and push are part of a release of shipit."""
    if re.match(r"git (?:add|commit|push|switch|checkout|fetch|pull)\b", command):
        found.default(key, "shipit commits and pushes itself")
    else:
        found.undecided(key, f"`{command}`: add it to `prepare`, or run it in a job after the release")


IMPORTER = Importer(_read, ("knope.toml",), re.compile(r"knope-action@|\bknope [\w-]+"))

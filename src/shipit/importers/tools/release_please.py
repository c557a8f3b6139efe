"""The settings of release-please: release-please-config.json and its manifest, or the file of its GitHub App."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from shipit.core.commits import DEFAULT_BUMPS
from shipit.importers.document import read_document
from shipit.importers.model import FoundKeys, Importer, RepositoryFacts
from shipit.importers.sections import read_sections
from shipit.versionfiles import detect, format_of

_TYPE = re.compile(r"(?m)^[ \t]*+release-type:[ \t]*+['\"]?([\w-]+)")
CONFIG, MANIFEST = "release-please-config.json", ".release-please-manifest.json"
APP = ".github/release-please.yml"
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_PULL_REQUEST = (
    "pull-request-title-pattern",
    "pull-request-header",
    "pull-request-footer",
    "group-pull-request-title-pattern",
    "label",
    "release-label",
    "extra-label",
    "skip-labeling",
    "always-update",
    "signoff",
    "snapshot-label",
    "include-commit-authors",
)
_DROPPED = {
    **dict.fromkeys(_PULL_REQUEST, "shipit has other texts and no labels in the release pull request"),
    **dict.fromkeys(
        ("release-search-depth", "commit-search-depth", "commit-batch-size", "sequential-calls"),
        "shipit reads the local git history",
    ),
    "bootstrap-sha": "shipit counts from the last release tag",
    "last-release-sha": "shipit counts from the last release tag",
    "changelog-host": "shipit takes the address from the git remote",
    "package-name": "shipit uses it only as the name of a package",
    "component": "shipit uses it only as the name of a package",
    **dict.fromkeys(
        ("handle-gh-release", "tag-pull-request-number", "on-demand"),
        "it is a setting of the GitHub App of release-please",
    ),
    "release-as": "it would request the same version again and again: use `shipit release --version`",
}
_DECISIONS = {
    "branches": "name them in `release.branches`: a maintenance branch has a `range`",
    "draft-pull-request": "with a release pull request: `draft-pull-request` in `[release]`",
    "separate-pull-requests": "with a release pull request: `separate-pull-requests` in `[release]`",
    "draft": "shipit publishes a release when it is complete",
    "force-tag-creation": "shipit publishes a release when it is complete",
    "prerelease": "give the branch a `prerelease` in `release.branches`",
    "prerelease-type": "give the branch a `prerelease` in `release.branches`",
    "skip-github-release": "shipit always makes a GitHub Release",
    "skip-changelog": "shipit writes a changelog into the release commit: `write-back` in `[release]`",
    "changelog-type": "`template` in `[changelog]` sets another form",
    "exclude-paths": "`exclude` in `[packages.<name>]` leaves out paths of one package",
}
_WORKSPACES = "write `depends-on` in `[packages.<name>]`: a package is then released after one that it depends on"
_PLUGINS = {
    "linked-versions": "each package of shipit has its own version",
    "sentence-case": "shipit writes titles as they are in the commits",
    "group-priority": "shipit proposes all packages in one pull request",
}
_SNAPSHOTS = {"java", "java-yoshi", "java-bom", "maven"}
# Types of releases whose version is in a file that shipit does not know, or in none.
_TAG_ONLY = {"go", "terraform-module", "php", "ruby", "ruby-yoshi", "dart", "elixir", "ocaml", "r", "expo", "bazel"}
_TAG_ONLY |= {"sfdx", "krm-blueprint", "go-yoshi", "php-yoshi"}


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    app = _of_app(repository)
    config, manifest = str(app.get("manifest-config") or CONFIG), str(app.get("manifest-file") or MANIFEST)
    text = repository.read(config)
    settings = read_document(config, text) if text is not None else _without_manifest(app) or _of_action(repository)
    if settings is None:
        return None
    found = FoundKeys(*([APP] if app else []), *([] if text is None else [config]))
    packages = settings.get("packages")
    if isinstance(packages, dict) and len(packages) == 1 and "." in packages:
        own = packages["."] if isinstance(packages["."], dict) else {}
        _read_tag(settings, own, found, repository)
        _read_keys({key: value for key, value in settings.items() if key != "packages"} | own, "", found, repository)
    else:
        _read_keys({key: value for key, value in settings.items() if key != "packages"}, "", found, repository)
        _read_packages(packages, settings, found, repository)
    found.undecided(
        "(release pull request)",
        'to keep it: `write-back = "pull-request"` in `[release]`; else shipit releases when commits reach the branch',
    )
    if repository.read(manifest) is not None:
        found.files.append(manifest)
        found.no_counterpart(manifest, "shipit takes the last version from the tags")
    return found


def _of_app(repository: RepositoryFacts) -> dict[str, Any]:
    """Return the settings of the GitHub App, with its keys spelled as in release-please-config.json; empty if none."""
    text = repository.read(APP)
    settings = {} if text is None else read_document(APP, text)
    return {_WORD_START.sub("-", str(key)).lower(): value for key, value in settings.items()}


def _without_manifest(app: dict[str, Any]) -> dict[str, Any] | None:
    """Return the settings of the app for a repository with one package; None if there is no app, or it has no type."""
    own = {key: value for key, value in app.items() if not key.startswith("manifest")}
    return {**own, "packages": {".": {}}} if "release-type" in own else None


def _of_action(repository: RepositoryFacts) -> dict[str, Any] | None:
    """Return the settings of a workflow that uses the action without a configuration file; None without one."""
    texts = [text for text in repository.workflows.values() if IMPORTER.runs.search(text)]
    if not texts:
        return None
    type = next((found[1] for text in texts if (found := _TYPE.search(text))), "simple")
    return {"release-type": type, "packages": {".": {}}}


def _read_tag(settings: dict[str, Any], own: dict[str, Any], found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the keys of the tag format of a repository with one package."""
    merged = settings | own
    component = merged.get("component") or merged.get("package-name") or ""
    with_component = merged.get("include-component-in-tag", True) and component
    prefix = f"{str(component).rpartition('/')[2]}{merged.get('tag-separator', '-')}" if with_component else ""
    template = f"{prefix}{'v' if merged.get('include-v-in-tag', True) else ''}{{version}}"
    candidates = (template, "v{version}", "{version}")
    used = next((each for each in candidates if repository.has_tag(each)), template)
    why = "" if used == template else f"the tags have this format, and not `{template}`"
    if used == "v{version}":
        found.default("include-component-in-tag", why)
    else:
        found.taken("include-component-in-tag", "release.tag", used, why)


def _read_keys(settings: dict[str, Any], place: str, found: FoundKeys, repository: RepositoryFacts) -> None:
    for key, value in settings.items():
        if key in ("include-component-in-tag", "include-v-in-tag", "tag-separator", "$schema"):
            continue
        _read_key(key, value, found, repository)
    if settings.get("release-type") in _SNAPSHOTS and "skip-snapshot" not in settings:
        _read_snapshot("(snapshot versions)", False, found)
    if not settings.get("bump-minor-pre-major") and (repository.last is None or repository.last.major == 0):
        why = "release-please raises 0.x to 1.0.0 for a breaking change unless it is true"
        found.taken("bump-minor-pre-major", "release.major-on-zero", True, why)


def _read_key(key: str, value: Any, found: FoundKeys, repository: RepositoryFacts) -> None:
    if key == "bump-minor-pre-major":
        if value:
            found.default(key)
    elif key == "bump-patch-for-minor-pre-major":
        found.taken(key, "release.feature-on-zero", "patch" if value else "minor")
    elif key == "release-type":
        _read_type(value, found)
    elif key == "changelog-path":
        found.taken(key, "changelog.file", str(value))
    elif key == "changelog-sections":
        _read_sections(value, found)
    elif key == "extra-files":
        _read_extra_files(value, found, repository)
    elif key == "primary-branch" and isinstance(value, str):
        found.taken(key, "release.branch", value)
    elif key == "initial-version":
        found.taken(key, "release.initial-version", str(value))
    elif key == "versioning":
        _read_versioning(value, found)
    elif key == "skip-snapshot":
        _read_snapshot(key, value, found)
    elif key == "plugins":
        _read_plugins(value, found)
    elif key in _DECISIONS:
        found.default(key) if value is False else found.undecided(key, _DECISIONS[key])
    else:
        _read_other(key, found)


def _read_other(key: str, found: FoundKeys) -> None:
    if key in _DROPPED:
        found.no_counterpart(key, _DROPPED[key])
    else:
        found.undecided(key, "a key that shipit does not know")


def _read_type(value: Any, found: FoundKeys) -> None:
    if value in _TAG_ONLY:
        why = f"shipit knows no version file of `{value}`: it makes the tag, and writes the files in `version-files`"
        found.undecided("release-type", why)
    else:
        found.default("release-type", "shipit detects the version files")


def _read_versioning(value: Any, found: FoundKeys) -> None:
    bump = _ALWAYS.get(str(value))
    if value == "default":
        found.default("versioning")
    elif bump == "major":
        found.taken_all("versioning", "bump", dict.fromkeys(DEFAULT_BUMPS, bump))
    elif bump:
        why = f"release-please raises the {bump} version also for a breaking change; shipit raises the major version"
        found.proposed("versioning", "bump", dict.fromkeys(DEFAULT_BUMPS, bump), why)
    else:
        found.undecided("versioning", f"shipit decides by the commits, and not by `{value}`")


_ALWAYS = {"always-bump-patch": "patch", "always-bump-minor": "minor", "always-bump-major": "major"}


def _read_snapshot(key: str, skipped: Any, found: FoundKeys) -> None:
    """Read whether the branch has the next `-SNAPSHOT` version after a release, as for Java and Maven."""
    if skipped:
        found.default(key, "shipit writes no `-SNAPSHOT` version")
    else:
        why = "release-please writes the next `-SNAPSHOT` version in a pull request of its own"
        found.taken(key, "release.snapshot", True, why)


def _read_plugins(value: Any, found: FoundKeys) -> None:
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        name = str(entry.get("type") if isinstance(entry, dict) else entry)
        key = f"plugins[{number}] ({name})"
        if name.endswith("-workspace"):
            found.undecided(key, _WORKSPACES)
        elif name in _PLUGINS:
            found.no_counterpart(key, _PLUGINS[name])
        else:
            found.undecided(key, "a plugin that shipit does not know")


def _read_sections(value: Any, found: FoundKeys) -> None:
    """Read the sections: a type that is shown leads to a release, at least of a patch."""
    read_sections("changelog-sections", value, found)
    for number, section in enumerate(value if isinstance(value, list) else ()):
        type = section.get("type") if isinstance(section, dict) else None
        if isinstance(type, str) and section.get("hidden") is not True and type not in DEFAULT_BUMPS:
            why = "release-please releases a patch for a type that it shows"
            found.taken(f"changelog-sections[{number}]", f"bump.{type}", "patch", why)


def _read_extra_files(value: Any, found: FoundKeys, repository: RepositoryFacts) -> None:
    entries = list(_extra_files("extra-files", value, found))
    if entries:
        detected = detect([path for path in _ROOT_FILES if repository.read(path) is not None])
        found.taken("extra-files", "release.version-files", [*detected, *entries])


def _extra_files(key: str, value: Any, found: FoundKeys) -> Iterator[str | dict[str, Any]]:
    """Yield the entries of `extra-files` as version files, and report each that needs a decision."""
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        if (written := _extra_file(f"{key}[{number}]", entry, found)) is not None:
            yield written


def _extra_file(key: str, entry: Any, found: FoundKeys) -> str | dict[str, Any] | None:
    settings = entry if isinstance(entry, dict) else {"path": entry, "type": "generic"}
    path, place = str(settings.get("path", "")).removeprefix("./"), str(settings.get("jsonpath", ""))
    if settings.get("glob") or not path:
        found.undecided(key, "name each file in `version-files`")
    elif settings.get("type") in ("json", "toml", "yaml") and place.startswith("$.") and not set(place) & set("[]*?@"):
        return {"path": path, "format": settings["type"], "paths": [place.removeprefix("$.")]}
    elif settings.get("type") == "pom" and format_of(path):
        return path
    elif settings.get("type", "generic") == "generic":
        return {"path": path, "format": "marker"}
    else:
        found.undecided(key, "name the place of the version in `version-files`")
    return None


_ROOT_FILES = (
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "pom.xml",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "uv.lock",
    "Cargo.toml",
    "Cargo.lock",
    "Chart.yaml",
    "version.txt",
    "VERSION",
)


def _read_packages(packages: Any, settings: dict[str, Any], found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read several packages, each with a directory and a name."""
    for path, own in packages.items() if isinstance(packages, dict) else ():
        merged = settings | (own if isinstance(own, dict) else {})
        name = str(merged.get("component") or merged.get("package-name") or path).rpartition("/")[2]
        key = f"packages.{path}"
        if path == "." and name == ".":
            found.undecided(key, 'give the whole repository a name: `[packages.<name>]` with `path = "."`')
            continue
        prefix = f"{name}{merged.get('tag-separator', '-')}" if merged.get("include-component-in-tag", True) else ""
        package: dict[str, Any] = {
            "path": path,
            "tag": f"{prefix}{'v' if merged.get('include-v-in-tag', True) else ''}{{version}}",
        }
        if package["tag"] == f"{name}-v{{version}}":
            del package["tag"]
        if excluded := _excluded(path, merged.get("exclude-paths")):
            package["exclude"] = excluded
        files = _package_files(key, path, own if isinstance(own, dict) else {}, found, repository)
        found.taken(key, f"packages.{name}", package | files)
        for option, setting in (("extra-files", "version-files"), ("changelog-path", "changelog")):
            if setting in files:
                found.noted(f"{key}.{option}", f"packages.{name}")
        for option in own if isinstance(own, dict) else ():
            if option not in (
                "component",
                "package-name",
                "include-component-in-tag",
                "include-v-in-tag",
                "tag-separator",
                "exclude-paths",
                "extra-files",
                "changelog-path",
            ):
                _read_package_key(f"{key}.{option}", option, own[option], found)


def _package_files(
    key: str, directory: str, own: dict[str, Any], found: FoundKeys, repository: RepositoryFacts
) -> dict[str, Any]:
    """Return the version files and the changelog of a package, with paths from the root of the repository."""
    written: dict[str, Any] = {}
    entries = list(_extra_files(f"{key}.extra-files", own.get("extra-files"), found))
    if entries:
        detected = detect([file for file in _ROOT_FILES if repository.read(_inside(directory, file)) is not None])
        files = [{**each, "path": _inside(directory, each["path"])} for each in map(_as_table, entries)]
        plain = [each["path"] if each.keys() == {"path"} else each for each in files]
        written["version-files"] = [*(_inside(directory, file) for file in detected), *plain]
    if changelog := own.get("changelog-path"):
        written["changelog"] = _inside(directory, str(changelog))
    return written


def _as_table(entry: str | dict[str, Any]) -> dict[str, Any]:
    return {"path": entry} if isinstance(entry, str) else entry


def _inside(directory: str, path: str) -> str:
    """Return `path` in the directory of a package, from the root of the repository, where one with `/` begins.

    >>> _inside("web/", "a.txt"), _inside(".", "a.txt"), _inside("web", "/a.txt")
    ('web/a.txt', 'a.txt', 'a.txt')
    """
    root = directory.strip("/").removeprefix("./")
    return path.lstrip("/") if path.startswith("/") or root in ("", ".") else f"{root}/{path.removeprefix('./')}"


def _excluded(package: str, paths: Any) -> list[str]:
    """Return those of the excluded `paths` that are inside the directory of a package."""
    plain = [str(path).removeprefix("./").strip("/") for path in (paths if isinstance(paths, list) else ())]
    return [path for path in plain if path and (package == "." or path.startswith(f"{package.strip('/')}/"))]


def _read_package_key(key: str, option: str, value: Any, found: FoundKeys) -> None:
    if option == "release-type" and value not in _TAG_ONLY:
        found.default(key, "shipit detects the version files")
    elif option in _DROPPED:
        found.no_counterpart(key, _DROPPED[option])
    else:
        found.undecided(key, _DECISIONS.get(option, "shipit sets this for all packages, or not at all"))


IMPORTER = Importer(
    _read, (CONFIG, APP), re.compile(r"/release-please-action@|\brelease-please (?:release-pr|github-release)")
)

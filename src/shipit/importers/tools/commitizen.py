"""The settings of commitizen: `.cz.toml` and its other files, and `[tool.commitizen]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shipit.core.commits import DEFAULT_BUMPS
from shipit.importers.keys import (
    ReadKey,
    as_list,
    default,
    default_if,
    no_counterpart,
    read_by_others,
    read_keys,
    taken,
    undecided,
)
from shipit.importers.model import FoundKeys, Importer, RepositoryFacts
from shipit.importers.places import read_first
from shipit.importers.sections import read_sections
from shipit.importers.version_files import NamedFile, read_version_files
from shipit.importers.versions import read_breaking_on_zero, read_bumps, read_subject, read_tag

Settings = dict[str, Any]

_PROMPTS = "it is for writing messages with `cz commit`, which you can keep"
_LINT = "`shipit lint` has no such rule"
_VARIABLES = {"CZ_PRE_NEW_VERSION": "SHIPIT_VERSION", "CZ_PRE_NEW_TAG_VERSION": "SHIPIT_TAG"}
_NEW_VERSION = re.compile(r"\$\{?new_version\}?")
_KEYS: Mapping[str, ReadKey] = {
    "name": default_if(
        "cz_conventional_commits", undecided("shipit reads Conventional Commits: write other rules into `[bump]`")
    ),
    **dict.fromkeys(("version", "version_provider", "version_files", "tag_format"), read_by_others),
    **dict.fromkeys(("major_version_zero", "customize", "change_type_map", "change_type_order"), read_by_others),
    "version_scheme": lambda key, value, found: _read_scheme(key, value, found),
    "legacy_tag_formats": no_counterpart("shipit reads only tags in the format of `tag`"),
    "ignored_tag_formats": default("shipit reads only tags in the format of `tag`"),
    "bump_message": lambda key, value, found: read_subject(key, _NEW_VERSION.sub("{version}", str(value)), found),
    "changelog_file": taken("changelog.file"),
    "changelog_format": default_if("markdown", no_counterpart("shipit writes the changelog in Markdown")),
    "changelog_incremental": default("shipit adds the new section to the changelog"),
    "changelog_start_rev": default("shipit adds the new section to the changelog"),
    "changelog_merge_prerelease": default("a stable release has all changes since the last stable release"),
    "update_changelog_on_bump": default_if(
        True, no_counterpart("the release commit of shipit always has the changelog")
    ),
    "pre_bump_hooks": lambda key, value, found: _read_hooks(key, value, found),
    "post_bump_hooks": undecided("run these commands in a job after the release, with `needs: release`"),
    "gpg_sign": no_counterpart("git signs commits and tags if `commit.gpgSign` and `tag.gpgSign` are set"),
    "annotated_tag": default_if(True, no_counterpart("the tags of shipit are annotated")),
    "annotated_tag_message": no_counterpart("the tag has the version and the notes"),
    "always_signoff": no_counterpart("shipit signs no commit off"),
    "prerelease_offset": no_counterpart("the number of a pre-release begins with 1"),
    "template": undecided("a template for `[changelog] template` has other variables: write it again"),
    "extras": no_counterpart("only for templates of commitizen"),
    "encoding": default_if("utf-8", no_counterpart("shipit reads and writes UTF-8")),
    **dict.fromkeys(("allowed_prefixes", "message_length_limit", "body_length_limit"), no_counterpart(_LINT)),
    **dict.fromkeys(("allow_abort", "retry_after_failure", "style", "use_shortcuts"), no_counterpart(_PROMPTS)),
    "breaking_change_exclamation_in_title": no_counterpart(_PROMPTS),
}
_CUSTOMIZE: Mapping[str, ReadKey] = {
    **dict.fromkeys(("bump_map", "change_type_map", "change_type_order"), read_by_others),
    "bump_map_major_version_zero": undecided("shipit has `major-on-zero` and `feature-on-zero` in `[release]`"),
    "bump_pattern": undecided("shipit reads headers as Conventional Commits"),
    "commit_parser": undecided("shipit reads headers as Conventional Commits"),
    "changelog_pattern": undecided("commits that raise the version are in the changelog"),
    **dict.fromkeys(
        ("questions", "example", "schema", "schema_pattern", "info", "info_path", "message_template"),
        no_counterpart(_PROMPTS),
    ),
}
_BUMPS = {"feat": "minor", "fix": "patch", "refactor": "patch", "perf": "patch", "revert": "none"}
_TYPES = re.compile(r"\^?\(?(\w+(?:\|\w+)*)\)?(?:\([^a-z]*|:|\$|\\b)?")
_VERSION = re.compile(r"\$\{?version\}?")
_PARTS = re.compile(r"\$\{?major\}?\.\$\{?minor\}?\.\$\{?patch\}?(?:\$\{?prerelease\}?)?(?:\$\{?devrelease\}?)?")
_PROVIDERS: Mapping[str, tuple[NamedFile, ...]] = {
    "pep621": (NamedFile("version_provider", "pyproject.toml", ("project.version",)),),
    "poetry": (NamedFile("version_provider", "pyproject.toml", ("tool.poetry.version",)),),
    "uv": (
        NamedFile("version_provider", "pyproject.toml", ("project.version",)),
        NamedFile("version_provider", "uv.lock"),
    ),
    "cargo": (NamedFile("version_provider", "Cargo.toml"), NamedFile("version_provider", "Cargo.lock")),
    "npm": (
        NamedFile("version_provider", "package.json"),
        NamedFile("version_provider", "package-lock.json"),
        NamedFile("version_provider", "npm-shrinkwrap.json"),
    ),
    "composer": (NamedFile("version_provider", "composer.json", ("version",)),),
    "scm": (),
}


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    place = read_first(repository.read, IMPORTER.places)
    if place is None:
        return None
    file, settings = place
    found = FoundKeys(file)
    customize = settings.get("customize")
    customize = customize if isinstance(customize, dict) else {}
    read_keys(settings, _KEYS, found)
    read_keys(customize, _CUSTOMIZE, found, "customize.")
    _read_tag_format(settings.get("tag_format", "$version"), found, repository)
    _read_files(file, settings, found, repository)
    _read_zero(settings.get("major_version_zero") is True, found, repository)
    _read_bump_map(customize.get("bump_map"), found)
    _read_change_types({**settings, **customize}, found)
    return found


def _read_zero(zero: bool, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the rule for versions 0.x, which commitizen keeps also after 1.0.0."""
    if zero and repository.last is not None and repository.last.major > 0:
        why = "with it, commitizen never raises the major version; shipit does for a breaking change after 0.x"
        found.undecided("major_version_zero", why)
    else:
        why = "commitizen raises 0.x to 1.0.0 for a breaking change unless it is true"
        read_breaking_on_zero("major_version_zero", found, repository, major=not zero, why=why)


def _read_tag_format(value: Any, found: FoundKeys, repository: RepositoryFacts) -> None:
    template = _PARTS.sub("{version}", _VERSION.sub("{version}", str(value)))
    if template.count("{version}") == 1 and "$" not in template:
        read_tag("tag_format", template, found, repository)
    else:
        found.undecided("tag_format", f"`{value}` is not a text with `$version` once: set `tag` in `[release]`")


def _read_files(file: str, settings: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the version files: that of the provider, and those in `version_files`."""
    provider, entries = str(settings.get("version_provider", "commitizen")), as_list(settings.get("version_files"))
    files: list[NamedFile] = []
    if provider == "commitizen":
        table = "tool.commitizen" if file.endswith(".toml") else "commitizen"
        files += [NamedFile("version", file, (f"{table}.version",))] if "version" in settings else []
    elif provider not in _PROVIDERS:
        found.undecided("version_provider", f"shipit does not know the provider `{provider}`: set `version-files`")
    elif provider == "scm":
        found.default("version_provider", "shipit takes the last version from the tags")
    else:
        files += [each for each in _PROVIDERS[provider] if repository.read(each.path) is not None]
    for number, entry in enumerate(entries):
        files += _named(f"version_files[{number}]", str(entry), found, repository)
    read_version_files(files, found, repository, only=provider == "scm")
    if provider == "scm" and not files:
        found.taken("version_provider (no file)", "release.version-files", [], "only the tag has the version")


def _named(key: str, entry: str, found: FoundKeys, repository: RepositoryFacts) -> list[NamedFile]:
    """Return the file of an entry such as `src/app.py:__version__`, whose second part is a pattern of lines."""
    path, _, pattern = entry.partition(":")
    if set(path) & set("*?["):
        found.undecided(key, "name each file in `version-files`")
        return []
    plain = NamedFile(key, path.removeprefix("./"))
    name = re.fullmatch(r"\^?([\w.-]++).*+", pattern)
    if name and path.endswith(".py"):
        return [NamedFile(key, plain.path, (name[1],))]
    return [plain]


def _read_scheme(key: str, value: Any, found: FoundKeys) -> None:
    if value in ("semver", "semver2"):
        found.default(key)
    else:
        found.undecided(key, "shipit writes versions as SemVer: `1.4.0-rc.1`, and not `1.4.0rc1`")


def _read_hooks(key: str, value: Any, found: FoundKeys) -> None:
    for number, command in enumerate(as_list(value)):
        text = re.sub(r"\$\{?(CZ_\w+)\}?", lambda name: f"${_VARIABLES.get(name[1], name[1])}", str(command))
        if "$CZ_" in text:
            found.undecided(f"{key}[{number}]", "it needs a variable that `prepare` does not have")
        else:
            found.added(f"{key}[{number}]", "release.prepare", text)


def _read_bump_map(value: Any, found: FoundKeys) -> None:
    """Read the rules of bumps; without any, those of commitizen count."""
    if not isinstance(value, dict):
        read_bumps("(rules of commitizen)", _BUMPS, found, "commitizen has other rules than shipit for these types")
        return
    bumps: dict[str, str] = {}
    for pattern, level in value.items():
        key, bump = f"customize.bump_map.{pattern}", str(level).lower()
        types = _TYPES.fullmatch(pattern)
        if bump == "major" and ("!" in pattern or pattern.lstrip("^").startswith(("BREAKING", "break"))):
            found.default(key)
        elif types and bump in ("major", "minor", "patch", "none"):
            own = {type: bump for type in types[1].split("|") if type not in bumps}  # the first pattern counts
            read_bumps(key, own, found)
            bumps |= own
        else:
            found.undecided(key, "a pattern that `[bump]` cannot have")
    if left := dict.fromkeys((type for type in DEFAULT_BUMPS if type not in bumps), "none"):
        read_bumps("customize.bump_map (other types)", left, found, "no pattern is for them")


def _read_change_types(settings: Settings, found: FoundKeys) -> None:
    """Read the headings of the types, and the order of the headings."""
    headings, order = settings.get("change_type_map"), settings.get("change_type_order")
    headings = headings if isinstance(headings, dict) else {}
    order = list(map(str, as_list(order)))
    types = [(str(type), str(heading)) for type, heading in headings.items()]
    types += [(each.lower(), each) for each in order if each not in headings.values() and each.isalpha()]
    if not types:
        return
    types.sort(key=lambda each: order.index(each[1]) if each[1] in order else len(order))
    sections = [{"type": type, "section": heading} for type, heading in types if "BREAKING" not in type.upper()]
    read_sections("change_type_map" if headings else "change_type_order", sections, found)


IMPORTER = Importer(
    _read,
    (
        ".cz.toml: tool.commitizen",
        "cz.toml: tool.commitizen",
        ".cz.json: commitizen",
        "cz.json: commitizen",
        ".cz.yaml: commitizen",
        "cz.yaml: commitizen",
        "pyproject.toml: tool.commitizen",
    ),
    re.compile(r"^(?>.*?\bcz\b).*\bbump\b|commitizen bump|commitizen-action"),
)

"""The settings of python-semantic-release: `[tool.semantic_release]`, and `releaserc.toml` or `.json`."""

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
from shipit.importers.version_files import NamedFile, detected, read_version_files
from shipit.importers.versions import read_breaking_on_zero, read_bumps, read_subject, read_tag

Settings = dict[str, Any]

_ALLOWED = ("build", "chore", "ci", "docs", "feat", "fix", "perf", "style", "refactor", "test")
_LEVELS = ("none", "none", "patch", "minor", "major")  # of LevelBump: no release, pre-release, patch, minor, major
_SERVER = default("shipit takes it from the environment of GitHub Actions")
_KEYS: Mapping[str, ReadKey] = {
    **dict.fromkeys(
        ("tag_format", "branches", "version_toml", "version_variables", "major_on_zero", "allow_zero_version",
         "commit_parser_options", "changelog", "publish", "remote", "assets"),
        read_by_others,
    ),
    "build_command": lambda key, value, found: _read_build(key, value, found),
    "build_command_env": default("`prepare` has the environment of the job"),
    "commit_parser": lambda key, value, found: _read_parser(key, value, found),
    "commit_message": lambda key, value, found: read_subject(key, str(value), found),
    "commit_author": taken("release.author"),
    "add_partial_tags": lambda key, value, found: _read_partial_tags(key, value, found),
    "no_git_verify": default_if(False, no_counterpart("the hooks of git run also for shipit")),
    "signoff_commit": default_if(False, no_counterpart("shipit signs no commit off")),
    "repo_dir": undecided("run shipit with `-C`, or make a package with `path`"),
    "logging_use_named_masks": no_counterpart("shipit removes secrets from its output"),
}  # fmt: skip
_OPTIONS: Mapping[str, ReadKey] = {
    **dict.fromkeys(("minor_tags", "patch_tags", "allowed_tags", "default_bump_level"), read_by_others),
    "parse_squash_commits": default_if(
        True, no_counterpart("shipit reads the list in a squash commit whose title cannot be read")
    ),
    "ignore_merge_commits": default("a merge commit never raises the version"),
    "path_filters": undecided("name the paths in `path` or `paths` of a package"),
    "scope_prefix": undecided("shipit divides commits by their files: `path` or `paths` of a package"),
    "other_allowed_tags": default("other types are ignored"),
}
_CHANGELOG: Mapping[str, ReadKey] = {
    "changelog_file": taken("changelog.file"),
    "default_templates": read_by_others,
    "mode": default_if("update", no_counterpart("shipit adds the new section, and keeps the rest")),
    "insertion_flag": no_counterpart("shipit adds the new section below the title"),
    "exclude_commit_patterns": undecided("only commits that raise the version are in the changelog: see `[bump]`"),
    "template_dir": undecided("a template for `[changelog] template` has other variables: write it again"),
    "environment": no_counterpart("only for templates of python-semantic-release"),
}
_TEMPLATES: Mapping[str, ReadKey] = {
    "changelog_file": taken("changelog.file"),
    "output_format": default_if("md", no_counterpart("shipit writes the changelog in Markdown")),
    "mask_initial_release": no_counterpart("the notes of the first release list its changes"),
}
_PUBLISH: Mapping[str, ReadKey] = {
    "dist_glob_patterns": lambda key, value, found: _read_assets(key, value, found),
    "upload_to_vcs_release": default("shipit uploads what `assets` names"),
}
_REMOTE: Mapping[str, ReadKey] = {
    "name": taken("release.remote"),
    "type": default_if("github", undecided("shipit releases on GitHub only")),
    **dict.fromkeys(("domain", "api_domain", "url", "token", "insecure"), _SERVER),
    "ignore_token_for_push": no_counterpart("git pushes with the credentials of the checkout"),
}


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    place = read_first(repository.read, IMPORTER.places)
    if place is None:
        return None
    file, settings = place
    found = FoundKeys(file)
    read_keys(settings, _KEYS, found)
    changelog = _table(settings, "changelog")
    read_keys(changelog, _CHANGELOG, found, "changelog.")
    read_keys(_table(changelog, "default_templates"), _TEMPLATES, found, "changelog.default_templates.")
    read_keys(_table(settings, "publish"), _PUBLISH, found, "publish.")
    read_keys(_table(settings, "remote"), _REMOTE, found, "remote.")
    if "tag_format" in settings:
        read_tag("tag_format", str(settings["tag_format"]), found, repository)
    _read_branches(_table(settings, "branches"), found, repository)
    _read_files(settings, found, repository)
    _read_zero(settings, found, repository)
    _read_options(_table(settings, "commit_parser_options"), found)
    return found


def _table(settings: Settings, key: str) -> Settings:
    table = settings.get(key)
    return table if isinstance(table, dict) else {}


def _read_branches(branches: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the groups of branches, whose names are regular expressions."""
    entries: list[str | dict[str, str]] = []
    for group, settings in branches.items():
        key, name = f"branches.{group}", _branch(settings, repository)
        if name is None:
            found.undecided(key, "shipit has the names of branches, and no patterns: add them to `release.branches`")
        elif settings.get("prerelease") is True:
            entries.append({"name": name, "prerelease": str(settings.get("prerelease_token", "rc"))})
        else:
            entries.append(name)
    if entries and entries != [repository.default_branch]:
        found.taken("branches", "release.branches", entries)
    elif entries:
        found.default("branches", "it is the default branch of the remote")


def _branch(settings: Any, repository: RepositoryFacts) -> str | None:
    """Return the branch that the expression of a group is for; None if it is not clear."""
    match = str(settings.get("match", "(main|master)")) if isinstance(settings, dict) else ""
    plain = re.sub(r"\\(.)", r"\1", match.removeprefix("^").removesuffix("$"))
    if re.fullmatch(r"[\w/-]+(?:\.[\w/-]+)*", plain):
        return plain
    names = plain.strip("()").split("|")
    simple = all(re.fullmatch(r"[\w/-]+", name) for name in names)
    return repository.default_branch if simple and repository.default_branch in names else None


def _read_files(settings: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    files = []
    for option in ("version_toml", "version_variables"):
        for number, entry in enumerate(as_list(settings.get(option))):
            path, _, name = str(entry).partition(":")
            name = name.partition(":")[0]
            named = (name,) if option == "version_toml" or path.endswith(".py") else ()
            files.append(NamedFile(f"{option}[{number}]", path.removeprefix("./"), named))
    read_version_files(files, found, repository)
    if not files and detected(repository):
        why = "python-semantic-release writes the version into no file without `version_toml` and `version_variables`"
        found.taken("(no version file)", "release.version-files", [], why)
    for asset in map(str, as_list(settings.get("assets"))):
        if asset in detected(repository):
            found.default(f"assets ({asset})", "shipit commits it")
        else:
            found.undecided(f"assets ({asset})", "shipit commits only version files and the changelog")


def _read_zero(settings: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the rules of versions 0.x."""
    why = "python-semantic-release raises 0.x to 1.0.0 for a breaking change unless it is false"
    read_breaking_on_zero("major_on_zero", found, repository, major=settings.get("major_on_zero", True), why=why)
    if settings.get("allow_zero_version"):
        found.default("allow_zero_version")
    elif repository.last is None:
        why = "python-semantic-release begins with 1.0.0 unless it is true"
        found.taken("allow_zero_version", "release.initial-version", "1.0.0", why)
    elif repository.last.major == 0:
        why = (
            "without it, version 10 of python-semantic-release leaves 0.x at once: use `shipit release --version 1.0.0`"
        )
        found.undecided("allow_zero_version", why)
    elif "allow_zero_version" in settings:
        found.default("allow_zero_version")


def _read_options(options: Settings, found: FoundKeys) -> None:
    """Read the options of the parser, which say the bump of each type."""
    read_keys(options, _OPTIONS, found, "commit_parser_options.")
    level = options.get("default_bump_level", 0)
    usual = _LEVELS[level] if isinstance(level, int) and 0 <= level < len(_LEVELS) else "none"
    allowed = list(map(str, as_list(options.get("allowed_tags", _ALLOWED))))
    levels = {
        **dict.fromkeys(map(str, as_list(options.get("patch_tags", ("fix", "perf")))), "patch"),
        **dict.fromkeys(map(str, as_list(options.get("minor_tags", "feat"))), "minor"),
    }
    bumps = {
        type: levels.get(type, usual) if type in allowed else "none" for type in (*DEFAULT_BUMPS, *allowed, *levels)
    }
    given = ", ".join(key for key in options if _OPTIONS.get(key) is read_by_others)
    key = f"commit_parser_options ({given})" if given else "(rules of python-semantic-release)"
    read_bumps(key, bumps, found, "python-semantic-release has other rules than shipit for these types")


def _read_parser(key: str, value: Any, found: FoundKeys) -> None:
    if value in ("conventional", "angular"):
        found.default(key, "shipit also counts `feat!: …`" if value == "angular" else "")
    elif value == "conventional-monorepo":
        found.undecided(key, "shipit divides commits by their files: `path` or `paths` of a package")
    else:
        found.undecided(key, f"shipit reads Conventional Commits, and not the commits of `{value}`")


def _read_build(key: str, value: Any, found: FoundKeys) -> None:
    command = re.sub(r"\$\{?NEW_VERSION\}?", "$SHIPIT_VERSION", str(value)).strip()
    if "PACKAGE_NAME" in command:
        found.undecided(key, "`prepare` has no variable with the name of the package")
    elif command:
        found.added(key, "release.prepare", command)
    else:
        found.default(key)


def _read_assets(key: str, value: Any, found: FoundKeys) -> None:
    for number, pattern in enumerate(as_list(value)):
        found.added(f"{key}[{number}]", "release.assets", str(pattern).removeprefix("./"))


def _read_partial_tags(key: str, value: Any, found: FoundKeys) -> None:
    if value is True:
        found.taken(key, "release.floating-tags", ["major", "minor"])
    else:
        found.default(key)


IMPORTER = Importer(
    _read,
    ("pyproject.toml: tool.semantic_release", "releaserc.toml: semantic_release", "releaserc.json: semantic_release"),
    re.compile(
        r"python-semantic-release/python-semantic-release@|(?<!npx )\bsemantic-release (?:-\S+ )*(?:version|publish)\b"
    ),
)

"""The settings of the Gradle plugin axion-release: the block `scmVersion` in `build.gradle` or `build.gradle.kts`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shipit.core import limits
from shipit.errors import ConfigError
from shipit.importers.gradle import CODE, read_block
from shipit.importers.keys import (
    ReadKey,
    default,
    default_if,
    no_counterpart,
    read_by_others,
    read_keys,
    undecided,
    unknown,
)
from shipit.importers.model import FoundKeys, Importer, RepositoryFacts
from shipit.importers.versions import read_tag

Settings = dict[str, Any]

_COMMITS = "shipit decides by the commits which part of the version is raised"
_CODE = undecided("code, which shipit does not execute")
_KEYS: Mapping[str, ReadKey] = {
    **dict.fromkeys(("tag", "nextVersion", "monorepo", "hooks", "checks", "repository"), read_by_others),
    "versionIncrementer": undecided(_COMMITS),
    "branchVersionIncrementer": undecided(_COMMITS),
    "versionCreator": undecided("the version is the tag: shipit adds no name of a branch"),
    "branchVersionCreator": undecided("the version is the tag: shipit adds no name of a branch"),
    "snapshotCreator": no_counterpart("axion computes the version between releases, and can stay for that"),
    "useHighestVersion": default("shipit takes the highest version in the history"),
    "localOnly": default_if(False, no_counterpart("`shipit plan` needs no remote")),
    "ignoreUncommittedChanges": default("shipit releases a commit, and not the working tree"),
    "releaseBranchNames": lambda key, value, found: _read_branches(key, value, found),
    "releaseOnlyOnReleaseBranches": default("shipit releases only from its release branches"),
    "sanitizeVersion": no_counterpart("the version is the tag: shipit adds no name of a branch"),
    "unshallowRepoOnCI": default("shipit fetches missing history itself"),
    "createReleaseCommit": default_if(False, undecided('`write-back = "push"` in `[release]` makes a release commit')),
    "releaseCommitMessage": no_counterpart("without a release commit there is no message"),
    "pushTagsOnly": default_if(True, no_counterpart("the branch is pushed together with the tag")),
}
_ANY_VALUE = (
    "versionIncrementer",
    "branchVersionIncrementer",
    "versionCreator",
    "branchVersionCreator",
    "snapshotCreator",
)
_TAG: Mapping[str, ReadKey] = {
    **dict.fromkeys(("prefix", "versionSeparator"), read_by_others),
    "branchPrefix": undecided("the tags of all release branches have the format of `tag`"),
    "initialVersion": lambda key, value, found: _read_initial(key, value, found),
    "fallbackPrefixes": no_counterpart("shipit reads only tags in the format of `tag`"),
    "serialize": _CODE,
    "deserialize": _CODE,
}
_NEXT_VERSION: Mapping[str, ReadKey] = {
    "suffix": undecided("give the branch a `prerelease` in `release.branches`"),
    "separator": undecided("shipit writes versions as SemVer: `1.4.0-rc.1`"),
    "serializer": _CODE,
    "deserializer": _CODE,
}
_MONOREPO: Mapping[str, ReadKey] = {
    "include": undecided("name the paths in `paths` of a package"),
    "exclude": undecided("name the paths that count in `paths` of a package"),
    "projectDirs": undecided("name the paths in `paths` of a package"),
}
_SERVER = default("git pushes with the credentials of the checkout")


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    for path in (place.partition(": ")[0] for place in IMPORTER.places):
        if (text := repository.read(path)) and "scmVersion" in text:
            if len(text) > limits.IMPORTED_FILE:
                what = f"`{path}` cannot be read: it is larger than {limits.IMPORTED_FILE.written}"
                hint = "write its keys into shipit.toml by hand"
                raise ConfigError(what, where=path, hint=hint, state="nothing was changed")
            if (settings := read_block(text, "scmVersion")) is not None:
                return _found(path, settings, repository)
    return None


def _found(path: str, settings: Settings, repository: RepositoryFacts) -> FoundKeys:
    found = FoundKeys(path)
    for key, value in settings.items():
        read = _KEYS.get(key, unknown) if value is not CODE or key in _ANY_VALUE else _CODE
        read(key, value, found)
    tag = _table(settings, "tag")
    read_keys(tag, _TAG, found, "tag.")
    read_keys(_table(settings, "nextVersion"), _NEXT_VERSION, found, "nextVersion.")
    read_keys(_table(settings, "monorepo"), _MONOREPO, found, "monorepo.")
    for key in _table(settings, "hooks"):
        found.undecided(f"hooks.{key}", "write the files into `version-files`, or the command into `prepare`")
    for key in _table(settings, "checks"):
        found.default(f"checks.{key}", "shipit checks the state of the repository before each release")
    for key in _table(settings, "repository"):
        _SERVER(f"repository.{key}", None, found)
    _read_tag(tag, found, repository)
    why = "axion takes the version from the tag, so no file has it"
    found.taken_all("scmVersion", "release", {"version-files": [], "write-back": "none"}, why)
    if "versionIncrementer" not in settings:
        found.undecided("(versionIncrementer)", f"axion raises the patch version; {_COMMITS}")
    return found


def _table(settings: Settings, key: str) -> Settings:
    table = settings.get(key)
    return table if isinstance(table, dict) else {}


def _read_tag(tag: Settings, found: FoundKeys, repository: RepositoryFacts) -> None:
    prefix, separator = tag.get("prefix", "v"), tag.get("versionSeparator", "")
    if CODE in (prefix, separator):
        found.undecided("tag.prefix", "code, which shipit does not execute: set `tag` in `[release]`")
        return
    old = "release-{version}"  # the default before version 1.14
    template = f"{prefix}{separator}{{version}}"
    if "prefix" not in tag and not repository.has_tag(template) and repository.has_tag(old):
        template = old
    read_tag("tag.prefix", template, found, repository)


def _read_initial(key: str, value: Any, found: FoundKeys) -> None:
    if isinstance(value, str) and re.fullmatch(r"\d+\.\d+\.\d+", value):
        found.taken(key, "release.initial-version", value)
    else:
        _CODE(key, value, found)


def _read_branches(key: str, value: Any, found: FoundKeys) -> None:
    names = [str(each) for each in (value if isinstance(value, list) else [value])]
    if all(re.fullmatch(r"[\w./-]+", name) for name in names):
        found.taken(key, "release.branches", names) if len(names) > 1 else found.taken(key, "release.branch", names[0])
    else:
        found.undecided(key, "shipit has the names of branches, and no patterns: add them to `release.branches`")


IMPORTER = Importer(
    _read,
    ("build.gradle: scmVersion", "build.gradle.kts: scmVersion"),
    re.compile(r"^(?>.*?gradlew?\b).*\b(?:release|markNextVersion|createRelease|pushRelease)\b"),
)

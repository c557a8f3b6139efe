"""The settings of standard-version and its successor commit-and-tag-version: `.versionrc` and package.json."""

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
from shipit.importers.versions import read_subject, read_tag

Settings = dict[str, Any]

_NAMES = ("standard-version", "commit-and-tag-version")
_LINKS = no_counterpart("shipit makes the links itself")
_OPTION = no_counterpart("shipit has it as an option of its commands, or does not need it")
_PREPARE = ("prerelease", "prebump", "postbump", "precommit")
_KEYS: Mapping[str, ReadKey] = {
    **dict.fromkeys(
        ("tagPrefix", "types", "preset", "bumpFiles", "scripts", "skip", "releaseCommitMessageFormat"), read_by_others
    ),
    "noBumpWhenEmptyChanges": read_by_others,
    "packageFiles": default("shipit takes the last version from the tags"),
    "infile": taken("changelog.file"),
    "header": default("the title stays in the file"),
    **dict.fromkeys(
        ("commitUrlFormat", "compareUrlFormat", "issueUrlFormat", "userUrlFormat", "issuePrefixes"), _LINKS
    ),
    "releaseAs": no_counterpart("it would request the same version again and again: use `shipit release --version`"),
    "prerelease": undecided("give the branch a `prerelease` in `release.branches`"),
    "sign": no_counterpart("git signs commits and tags if `commit.gpgSign` and `tag.gpgSign` are set"),
    "signoff": default_if(False, no_counterpart("shipit signs no commit off")),
    "noVerify": default_if(False, no_counterpart("the hooks of git run also for shipit")),
    "commitAll": default_if(False, undecided("shipit commits only version files and the changelog")),
    "firstRelease": default("the first version is that of the version file"),
    "gitTagFallback": default("shipit takes the last version from the tags"),
    "tagForce": default_if(False, no_counterpart("shipit never moves the tag of a release")),
    "path": undecided("make a package with `path`"),
    "lernaPackage": undecided("make a package with `path`"),
    "parserOpts": undecided("shipit parses headers as the specification says"),
    "writerOpts": no_counterpart("shipit renders the notes with a template: `template` in `[changelog]`"),
    "npmPublishHint": no_counterpart("shipit publishes nothing to npm"),
    **dict.fromkeys(("dryRun", "silent", "verbose", "releaseCount"), _OPTION),
}
_SKIP: Mapping[str, ReadKey] = {
    "bump": default_if(False, undecided("`version-files = []` in `[release]` writes no version into files")),
    "changelog": default_if(False, undecided("the release commit of shipit always has the changelog")),
    "commit": default_if(False, undecided('`write-back = "none"` in `[release]` makes only the tag')),
    "tag": default_if(False, undecided("a release of shipit always has a tag")),
}


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    place = read_first(repository.read, IMPORTER.places) or _unconfigured(repository)
    if place is None:
        return None
    file, settings = place
    found = FoundKeys(file)
    preset = settings.get("preset")
    merged = {**preset, **settings} if isinstance(preset, dict) else settings
    read_keys({key: value for key, value in merged.items() if key != "name"}, _KEYS, found)
    if preset not in (None, "conventionalcommits", "angular") and not isinstance(preset, dict):
        found.undecided("preset", f"shipit reads Conventional Commits, and not the commits of `{preset}`")
    elif isinstance(preset, str):
        found.default("preset")
    if "tagPrefix" in settings:
        read_tag("tagPrefix", f"{settings['tagPrefix']}{{version}}", found, repository)
    if "releaseCommitMessageFormat" in settings:
        subject = str(settings["releaseCommitMessageFormat"]).replace("{{currentTag}}", "{tag}")
        read_subject("releaseCommitMessageFormat", subject, found)
    if "types" in merged:
        read_sections("types", merged["types"], found)
    _read_files(settings.get("bumpFiles"), found, repository)
    _read_scripts(settings.get("scripts"), found)
    read_keys(settings["skip"] if isinstance(settings.get("skip"), dict) else {}, _SKIP, found, "skip.")
    _read_rules(found, repository, strict=bool(settings.get("noBumpWhenEmptyChanges")))
    return found


def _unconfigured(repository: RepositoryFacts) -> tuple[str, Settings] | None:
    """Return the usual settings if a script of package.json runs the tool without settings."""
    scripts = read_first(repository.read, ("package.json: scripts",))
    runs = scripts and any(re.search(rf"\b(?:{'|'.join(_NAMES)})\b", str(each)) for each in scripts[1].values())
    return ("package.json", {}) if runs else None


def _read_rules(found: FoundKeys, repository: RepositoryFacts, *, strict: bool) -> None:
    """Read the rules that the tool has for every repository; with `strict`, only a feature or a fix makes a release."""
    if repository.last is None or repository.last.major == 0:
        why = "standard-version raises 0.x only by a patch for a feature"
        found.taken("(major version 0)", "release.feature-on-zero", "patch", why)
    if strict:
        bump = {type: "none" for type in DEFAULT_BUMPS if type not in ("feat", "fix")}
        found.taken_all("noBumpWhenEmptyChanges", "bump", bump, "only `feat` and `fix` make a release")
        return
    why = 'standard-version makes a release whenever it is started: `"*" = "patch"` in `[bump]` counts every commit'
    found.undecided("(commits of any type)", why)


def _read_files(entries: Any, found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the files that get the version; those without a reader of shipit are reported."""
    files = []
    for number, entry in enumerate(as_list(entries)):
        settings, key = entry if isinstance(entry, dict) else {"filename": entry}, f"bumpFiles[{number}]"
        if "updater" in settings:
            found.undecided(key, f"`{settings['updater']}` is code: name the file in `version-files`")
        else:
            files.append(NamedFile(key, str(settings.get("filename", "")).removeprefix("./")))
    read_version_files(files, found, repository)


def _read_scripts(scripts: Any, found: FoundKeys) -> None:
    for name, command in scripts.items() if isinstance(scripts, dict) else ():
        if name in _PREPARE:
            why = "`prepare` runs after the version is written" if name in ("prerelease", "prebump") else ""
            found.added(f"scripts.{name}", "release.prepare", str(command), why)
        else:
            found.undecided(f"scripts.{name}", "run it in a job after the release, with `needs: release`")


IMPORTER = Importer(
    _read,
    (
        ".versionrc",
        ".versionrc.cjs",
        ".versionrc.json",
        ".versionrc.js",
        *(f"package.json: {name}" for name in _NAMES),
    ),
    re.compile(rf"^(?>.*?\b(?:npx|yarn|pnpm|bunx)\b).*\b(?:{'|'.join(_NAMES)})\b"),
)

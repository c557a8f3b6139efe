"""The settings of git-cliff: `cliff.toml`, and its table in Cargo.toml or pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shipit.core.commits import DEFAULT_BUMPS, KNOWN_TYPES, OTHERS
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
from shipit.importers.versions import read_breaking_on_zero, read_bumps, read_tag

Settings = dict[str, Any]

_ORDER = no_counterpart("the sections have the order of the types, and the newest commits are first")
_CHANGELOG: Mapping[str, ReadKey] = {
    "output": taken("changelog.file"),
    "header": default("the title stays in the file"),
    "body": read_by_others,
    "footer": no_counterpart("the notes end with the last section"),
    "trim": default(),
    "render_always": default_if(False, no_counterpart("a release without changes has no notes")),
    "postprocessors": no_counterpart("shipit makes the links itself"),
}
_GIT: Mapping[str, ReadKey] = {
    **dict.fromkeys(("commit_parsers", "tag_pattern"), read_by_others),
    "conventional_commits": default_if(True, undecided("shipit reads Conventional Commits only")),
    "filter_unconventional": default_if(True, no_counterpart("a commit that cannot be read is not in the notes")),
    "require_conventional": default_if(False, undecided("`shipit lint` refuses such commits in CI")),
    "fail_on_unmatched_commit": default_if(False, undecided("`shipit lint` refuses such commits in CI")),
    "split_commits": default_if(False, no_counterpart("shipit reads a commit as one change")),
    "protect_breaking_commits": default_if(True, no_counterpart("shipit always lists breaking changes")),
    "filter_commits": default("only commits that raise the version are in the notes"),
    "commit_preprocessors": no_counterpart("shipit makes the links of issues and pull requests itself"),
    "link_parsers": no_counterpart("shipit makes the links of issues and pull requests itself"),
    "skip_tags": no_counterpart("shipit reads only tags in the format of `tag`"),
    "ignore_tags": default("shipit reads only tags in the format of `tag`"),
    "count_tags": default("shipit reads only tags in the format of `tag`"),
    "use_branch_tags": default("shipit reads only tags that are in the history"),
    **dict.fromkeys(("topo_order", "topo_order_commits", "sort_commits"), _ORDER),
    "limit_commits": no_counterpart("shipit reads all commits since the last release"),
    "recurse_submodules": default_if(False, no_counterpart("shipit reads only this repository")),
    "include_paths": undecided("name the paths in `paths` of a package"),
    "exclude_paths": undecided("name the paths that count in `paths` of a package"),
}
_BUMP: Mapping[str, ReadKey] = {
    "features_always_bump_minor": read_by_others,
    "breaking_always_bump_major": read_by_others,
    "initial_tag": lambda key, value, found: _read_initial_tag(key, value, found),
    "no_increment_regex": read_by_others,
    "custom_major_increment_regex": undecided("write these types into `[bump]`"),
    "custom_minor_increment_regex": read_by_others,
    "bump_type": undecided("shipit decides by the commits: `shipit release --version` takes another version"),
}
_TYPES = re.compile(r"\^?\(?([a-z]+(?:\|[a-z]+)*)\)?(?:\\\(.*|:.*|\$|\\b|\*|\.\*|\(\\\(.*|\[.*)?", re.IGNORECASE)
_PREFIX = re.compile(r"\^?([\w/@-]*?)(?:\(?\[0-9\]|\(?\\d|\(?\[\\d\]|\*|\.\*).*")


def _read(repository: RepositoryFacts) -> FoundKeys | None:
    place = read_first(repository.read, IMPORTER.places)
    if place is None:
        return None
    file, settings = place
    found = FoundKeys(file)
    git, bump = _table(settings, "git"), _table(settings, "bump")
    read_keys(_table(settings, "changelog"), _CHANGELOG, found, "changelog.")
    read_keys(git, _GIT, found, "git.")
    read_keys(bump, _BUMP, found, "bump.")
    for key in settings.keys() - {"changelog", "git", "bump"}:
        found.no_counterpart(key, "shipit takes the address from the git remote")
    if "tag_pattern" in git:
        _read_tag_pattern(str(git["tag_pattern"]), found, repository)
    shown, skipped = _read_parsers(git.get("commit_parsers"), found)
    if "body" in _table(settings, "changelog"):
        _read_body("changelog.body", str(settings["changelog"]["body"]), str(git.get("commit_parsers")), found)
    if bump or repository.runs(_DECIDES):
        _read_bump(bump, shown, skipped, found, repository)
    return found


def _table(settings: Settings, key: str) -> Settings:
    table = settings.get(key)
    return table if isinstance(table, dict) else {}


def _read_body(key: str, text: str, groups: str, found: FoundKeys) -> None:
    """Read the template: shipit has the well-known forms. `groups` has the headings."""
    if "What's Changed" in text or "remote.username" in text:
        found.taken(key, "changelog.template", "github", "the template is shipit's, with the form of notes of GitHub")
    elif "## [" in text and re.search(r"\b(?:Added|Changed)\b", groups):
        why = "the template is shipit's, with the form of keepachangelog.com"
        found.taken(key, "changelog.template", "keepachangelog", why)
    elif "## [" in text:
        found.default(key, "the template of shipit also has a heading for each version, and for each type in it")
    else:
        found.undecided(
            key, "a template of Tera, which shipit cannot read: `template` in `[changelog]` sets another form"
        )


def _read_tag_pattern(pattern: str, found: FoundKeys, repository: RepositoryFacts) -> None:
    prefix = _PREFIX.fullmatch(pattern)
    if prefix:
        read_tag("git.tag_pattern", f"{prefix[1]}{{version}}", found, repository)
    else:
        found.undecided("git.tag_pattern", "set `tag` in `[release]`")


def _read_parsers(parsers: Any, found: FoundKeys) -> tuple[list[str], set[str]]:
    """Read the groups of commits as sections; return the types with a group, and those that are left out."""
    groups: list[tuple[str, str]] = []
    skipped: set[str] = set()
    for number, parser in enumerate(as_list(parsers)):
        key = f"git.commit_parsers[{number}]"
        types = _types_of(parser)
        if types is None:
            found.undecided(
                key, "a pattern that is not for commit types: `[changelog.sections]` has a heading for a type"
            )
        elif not types:
            skipped |= {OTHERS} if parser.get("skip") is True else set()
            groups += _rest(key, parser, {*dict(groups), *skipped}, found)
        elif parser.get("skip") is True:
            skipped |= {type for type in types if type not in dict(groups)}
            found.default(key) if "message" in parser else None
        else:
            groups += [(type, str(parser.get("group", type))) for type in types if type not in dict(groups)]
    shown = [(type, group) for type, group in groups if type not in skipped]
    if shown:
        shown.sort(key=lambda each: each[1])  # git-cliff sorts by the whole text, also by a comment with a number
        sections = [{"type": type, "section": _heading(group)} for type, group in shown]
        read_sections("git.commit_parsers", sections, found)
    return [type for type, _ in shown], skipped


def _types_of(parser: Any) -> list[str] | None:
    """Return the commit types that a parser is for; none for all the rest, and None if it is not for types."""
    if not isinstance(parser, dict) or parser.keys() - {"message", "group", "skip", "default_scope"}:
        return None
    pattern = str(parser.get("message", ""))
    if pattern in (".*", "^.*", ".*$", "^.*$"):
        return []
    types = _TYPES.fullmatch(pattern)
    if types is None or not set(types[1].lower().split("|")) & (KNOWN_TYPES | {"doc", "tests", "deps", "revert"}):
        return None
    return [{"doc": "docs", "tests": "test"}.get(type, type) for type in types[1].lower().split("|")]


def _rest(key: str, parser: Settings, known: set[str], found: FoundKeys) -> list[tuple[str, str]]:
    """Return the group of the types that no parser before was for, and that lead to a release."""
    if parser.get("skip") is True:
        found.default(key, "only commits that raise the version are in the notes")
        return []
    found.noted(key, "changelog.sections", "only commits that raise the version are in the notes")
    return [(type, str(parser.get("group", "Other"))) for type in DEFAULT_BUMPS if type not in known]


def _heading(group: str) -> str:
    """Return the group without the comment that orders it."""
    return re.sub(r"<!--[^<>]*-->", "", group).strip()


def _read_initial_tag(key: str, value: Any, found: FoundKeys) -> None:
    version = re.search(r"(?<!\d)\d++\.\d++\.\d++.*", str(value))
    if version:
        found.taken(key, "release.initial-version", version[0])
    else:
        found.undecided(key, "`initial-version` in `[release]` is a version such as `1.0.0`")


def _read_bump(
    bump: Settings, shown: list[str], skipped: set[str], found: FoundKeys, repository: RepositoryFacts
) -> None:
    """Read the rules of the next version: in git-cliff, each commit raises at least the patch version."""
    why = "git-cliff raises 0.x to 1.0.0 for a breaking change unless it is false"
    major = bump.get("breaking_always_bump_major", True) is not False
    read_breaking_on_zero("bump.breaking_always_bump_major", found, repository, major=major, why=why)
    if bump.get("features_always_bump_minor", True) is False:
        found.taken("bump.features_always_bump_minor", "release.feature-on-zero", "patch")
    else:
        found.default("bump.features_always_bump_minor")
    bumps = _of_parsers(shown, skipped)
    bumps |= dict.fromkeys(_types_in(bump, "custom_minor_increment_regex", found), "minor")
    bumps |= dict.fromkeys(_types_in(bump, "no_increment_regex", found), "none")
    why = "in git-cliff, each commit that is not skipped raises at least the patch version"
    read_bumps("(commits of any type)", bumps, found, why)


def _of_parsers(shown: list[str], skipped: set[str]) -> dict[str, str]:
    """Return the bump of each type: at least a patch for the types that are shown, and nothing for those left out."""
    raised = {type: DEFAULT_BUMPS.get(type, "patch") for type in shown}
    left_out = skipped - {OTHERS} | ({*DEFAULT_BUMPS} - {*shown} if OTHERS in skipped else set())
    others = {} if OTHERS in skipped else {OTHERS: "patch"}
    return {**others, **raised, **dict.fromkeys(sorted(left_out), "none")}


def _types_in(bump: Settings, key: str, found: FoundKeys) -> list[str]:
    """Return the types that a regular expression in `key` is for, and report the key."""
    if key not in bump:
        return []
    types = re.fullmatch(r"\^?\(?([a-z]+(?:\|[a-z]+)*)\)?\$?", str(bump[key]))
    if types is None:
        found.undecided(f"bump.{key}", "write these types into `[bump]`")
        return []
    names = types[1].split("|")
    found.noted(f"bump.{key}", ", ".join(f"bump.{type}" for type in names))
    return names


_DECIDES = re.compile(r"git[- ]cliff\b.*--bump")
IMPORTER = Importer(
    _read,
    (
        "cliff.toml",
        ".cliff.toml",
        ".config/cliff.toml",
        "cliff.yaml",
        "pyproject.toml: tool.git-cliff",
        "Cargo.toml: package.metadata.git-cliff",
        "Cargo.toml: workspace.metadata.git-cliff",
    ),
    re.compile(r"git-cliff-action@|\bgit[- ]cliff\b"),
)

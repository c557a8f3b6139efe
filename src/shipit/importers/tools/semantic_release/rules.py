"""The rules by which semantic-release reads commits: the options of its commit analyzer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from shipit.core.commits import DEFAULT_BUMPS, KNOWN_TYPES, OTHERS
from shipit.importers.model import FoundKeys, RepositoryFacts

_PRESETS = {"angular", "conventionalcommits", "@semantic-release/conventionalcommits"}
_BUMPS = {"major": "major", "minor": "minor", "patch": "patch", "false": "none", "none": "none"}
_ORDER = ("none", "patch", "minor", "major")
_TYPE = re.compile(r"[^\W\d_][\w-]*")
_BREAKING_WORDS = re.compile(r"BREAKING(?:[ -][A-Z]+)*")
_BREAKING = "shipit counts a breaking change of this type as major"


def read_rules(name: str, options: dict[str, Any], found: FoundKeys, repository: RepositoryFacts) -> None:
    """Read the options of the commit analyzer, which is the plugin `name`."""
    _read_preset(name, options, found)
    rules = options.get("releaseRules")
    if isinstance(rules, list):
        _read_rules({f"{name}.releaseRules[{number}]": rule for number, rule in enumerate(rules)}, found)
    elif rules is not None:
        found.undecided(
            f"{name}.releaseRules", f"shipit does not read the file `{rules}`: write its rules into `[bump]`"
        )
    read_parser(name, options.get("parserOpts"), found)
    for key in options.keys() - {"preset", "releaseRules", "parserOpts", "presetConfig", "config"}:
        found.undecided(f"{name}.{key}", "an option that shipit does not know")
    if repository.last is None:
        found.taken(f"{name} (first release)", "release.initial-version", "1.0.0", "semantic-release begins with 1.0.0")
    elif repository.last.major == 0:
        why = "semantic-release raises 0.x to 1.0.0 for a breaking change"
        found.taken(f"{name} (major version 0)", "release.major-on-zero", True, why)


def _read_preset(name: str, options: dict[str, Any], found: FoundKeys) -> None:
    preset = options.get("preset", "angular")
    if "config" in options:
        found.undecided(f"{name}.config", f"shipit does not load the rules of `{options['config']}`")
    elif str(preset) not in _PRESETS:
        found.undecided(f"{name}.preset", f"shipit reads Conventional Commits, and not the commits of `{preset}`")
    elif "preset" in options or preset == "angular":
        found.default(f"{name}.preset", "shipit also counts `feat!: …`" if preset == "angular" else "")
    if "presetConfig" in options:
        found.no_counterpart(f"{name}.presetConfig", "it does not change the version")


def read_parser(name: str, options: Any, found: FoundKeys) -> None:
    """Read the option `parserOpts` of the plugin `name`; None when it is not set."""
    for key, value in options.items() if isinstance(options, dict) else ():
        if key == "noteKeywords":
            _read_note_keywords(f"{name}.parserOpts.noteKeywords", value, found)
        else:
            found.undecided(f"{name}.parserOpts.{key}", "shipit parses headers as the specification says")


def _read_note_keywords(key: str, value: Any, found: FoundKeys) -> None:
    """Read the words that announce a breaking change."""
    words = [str(word) for word in (value if isinstance(value, list) else [value])]
    others = [word for word in words if word not in ("BREAKING CHANGE", "BREAKING-CHANGE")]
    if not others:
        found.default(key)
    elif all(map(_BREAKING_WORDS.fullmatch, others)):
        found.taken(key, "commits.breaking", others)
    else:
        found.undecided(key, "`breaking` in `[commits]` takes words in capitals that begin with `BREAKING`")


class _Rule(Struct):
    """A rule for commit types: the names in `[bump]` that it is for, and its bump."""

    names: list[str]
    bump: str


def _read_rules(rules: Mapping[str, Any], found: FoundKeys) -> None:
    """Read the rules, by their keys."""
    read = {key: parsed for key, rule in rules.items() if (parsed := _parsed_rule(key, rule, found))}
    names = dict.fromkeys(name for rule in read.values() for name in rule.names)
    decided = {name: _decided(name, read.values()) for name in names}
    for key, rule in read.items():
        _take(key, rule, decided, found)


def _decided(name: str, rules: Iterable[_Rule]) -> str:
    """Return the bump that semantic-release gives to commits of a type, or of a type in a scope.

    Of all rules that fit, the highest counts; but a rule without a release replaces the ones before it, and the next
    rule replaces such a rule. A major release ends the search.
    """
    decided = "none"
    for rule in rules:
        if decided != "major" and not {name, name.partition("(")[0], OTHERS}.isdisjoint(rule.names):
            decided = rule.bump if "none" in (rule.bump, decided) else max(rule.bump, decided, key=_ORDER.index)
    return decided


def _parsed_rule(key: str, rule: Any, found: FoundKeys) -> _Rule | None:
    """Return a rule for types; None for any other rule, which is reported."""
    bump = _BUMPS.get(str(rule.get("release")).lower()) if isinstance(rule, dict) else None
    if not isinstance(rule, dict) or bump is None or rule.keys() - {"type", "scope", "release", "breaking", "revert"}:
        found.undecided(key, "a rule that `[bump]` cannot have")
    elif rule.get("breaking") is True:
        _read_special(key, rule, "breaking", bump == "major", found)
    elif rule.get("revert") is True:
        _read_special(key, rule, "revert", bump == "patch", found)
    else:
        scope, types = rule.get("scope"), _types(rule.get("type"))
        if types is not None and (scope is None or re.fullmatch(r"[^()*!{}]+", str(scope))):
            names = [f"{type}({scope})" if scope else type for type in types]
            names += [] if scope or rule.get("type") not in (None, "*") else [OTHERS]
            return _Rule(names, bump)
        found.undecided(key, "a pattern that `[bump]` cannot have")
    return None


def _read_special(key: str, rule: dict[str, Any], what: str, same: bool, found: FoundKeys) -> None:
    if same and rule.keys() == {what, "release"}:
        found.default(key)
    else:
        kind = "breaking" if what == "breaking" else "a revert"
        found.undecided(key, f"shipit has its own rule for a commit that is {kind}")


def _take(key: str, rule: _Rule, decided: Mapping[str, str], found: FoundKeys) -> None:
    """Set the bumps of a rule that differ from those that shipit has without it."""
    changed = {}
    for name in rule.names:
        type = name.partition("(")[0]
        usual = DEFAULT_BUMPS.get(type, "none" if type == OTHERS else decided.get(OTHERS, "none"))
        if decided[name] != (usual if name == type else decided.get(type, usual)):
            changed[name] = decided[name]
    if not changed:
        found.default(key)
    else:
        found.taken_all(key, "bump", changed, "" if rule.bump in ("major", "none") else _BREAKING)


def _types(pattern: Any) -> list[str] | None:
    """Return the types that a rule is for; None for a pattern that is not clear."""
    if pattern in (None, "*"):
        return sorted(KNOWN_TYPES)
    if found := re.fullmatch(r"[{(]([\w|,-]+)[)}]", str(pattern)):
        return re.split(r"[|,]", found[1])
    return [str(pattern)] if _TYPE.fullmatch(str(pattern)) else None

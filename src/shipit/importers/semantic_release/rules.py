"""The rules by which semantic-release reads commits: the options of its commit analyzer."""

from __future__ import annotations

import re
from typing import Any

from shipit.core.commits import DEFAULT_BUMPS, KNOWN_TYPES
from shipit.importers.model import Found, Repository

_PRESETS = {"angular", "conventionalcommits", "@semantic-release/conventionalcommits"}
_BUMPS = {"major": "major", "minor": "minor", "patch": "patch", "false": "none", "none": "none"}
_ORDER = ("none", "patch", "minor", "major")
_TYPE = re.compile(r"[^\W\d_][\w-]*")
_BREAKING_WORDS = re.compile(r"BREAKING(?:[ -][A-Z]+)*")
_BREAKING = "shipit counts a breaking change of this type as major"


def read_rules(name: str, options: dict[str, Any], found: Found, repository: Repository) -> None:
    """Read the options of the commit analyzer, which is the plugin `name`."""
    _read_preset(name, options, found)
    rules = options.get("releaseRules")
    if isinstance(rules, list):
        for number, rule in sorted(enumerate(rules), key=_has_scope):
            _read_rule(f"{name}.releaseRules[{number}]", rule, found)
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


def _read_preset(name: str, options: dict[str, Any], found: Found) -> None:
    preset = options.get("preset", "angular")
    if "config" in options:
        found.undecided(f"{name}.config", f"shipit does not load the rules of `{options['config']}`")
    elif preset not in _PRESETS:
        found.undecided(f"{name}.preset", f"shipit reads Conventional Commits, and not the commits of `{preset}`")
    elif "preset" in options or preset == "angular":
        found.default(f"{name}.preset", "shipit also counts `feat!: …`" if preset == "angular" else "")
    if "presetConfig" in options:
        found.no_counterpart(f"{name}.presetConfig", "it does not change the version")


def read_parser(name: str, options: Any, found: Found) -> None:
    """Read the option `parserOpts` of the plugin `name`; None when it is not set."""
    for key, value in options.items() if isinstance(options, dict) else ():
        if key == "noteKeywords":
            _read_note_keywords(f"{name}.parserOpts.noteKeywords", value, found)
        else:
            found.undecided(f"{name}.parserOpts.{key}", "shipit parses headers as the specification says")


def _read_note_keywords(key: str, value: Any, found: Found) -> None:
    """Read the words that announce a breaking change."""
    words = [str(word) for word in (value if isinstance(value, list) else [value])]
    others = [word for word in words if word not in ("BREAKING CHANGE", "BREAKING-CHANGE")]
    if not others:
        found.default(key)
    elif all(map(_BREAKING_WORDS.fullmatch, others)):
        found.taken(key, "commits.breaking", others)
    else:
        found.undecided(key, "`breaking` in `[commits]` takes words in capitals that begin with `BREAKING`")


def _has_scope(numbered: tuple[int, Any]) -> bool:
    return isinstance(numbered[1], dict) and "scope" in numbered[1]


def _read_rule(key: str, rule: Any, found: Found) -> None:
    bump = _BUMPS.get(str(rule.get("release")).lower()) if isinstance(rule, dict) else None
    if not isinstance(rule, dict) or bump is None or rule.keys() - {"type", "scope", "release", "breaking", "revert"}:
        found.undecided(key, "a rule that `[bump]` cannot have")
    elif rule.get("breaking") is True:
        _read_special(key, rule, "breaking", bump == "major", found)
    elif rule.get("revert") is True:
        _read_special(key, rule, "revert", bump == "patch", found)
    else:
        _read_types(key, rule, bump, found)


def _read_special(key: str, rule: dict[str, Any], what: str, same: bool, found: Found) -> None:
    if same and rule.keys() == {what, "release"}:
        found.default(key)
    else:
        found.undecided(
            key, f"shipit has its own rule for a commit that is {'breaking' if what == 'breaking' else 'a revert'}"
        )


def _read_types(key: str, rule: dict[str, Any], bump: str, found: Found) -> None:
    scope = rule.get("scope")
    types = _types(rule.get("type"))
    if types is None or (scope is not None and not re.fullmatch(r"[^()*!{}]+", str(scope))):
        found.undecided(key, "a pattern that `[bump]` cannot have")
        return
    set_before = {**DEFAULT_BUMPS, **found.settings.get("bump", {})}
    names = {f"{type}({scope})" if scope else type: set_before.get(type, "none") for type in types}
    highest = {name: _highest(bump, found, name) for name in names}
    changed = {name: value for name, value in highest.items() if value != names[name]}
    if not changed:
        found.default(key)
    elif rule.get("type") in (None, "*") and bump != "none":
        why = "each known type gets this bump; in shipit, a commit without a type does not count"
        found.proposed(key, "bump", changed, why)
    else:
        found.taken_all(key, "bump", changed, "" if bump in ("major", "none") else _BREAKING)


def _highest(bump: str, found: Found, name: str) -> str:
    """Return the bump of a type, or of a type in a scope: of all rules for it, semantic-release takes the highest."""
    rules = found.settings.get("bump", {})
    others = (str(rules[key]) for key in (name, name.partition("(")[0]) if key in rules)
    return max((bump, *others), key=_ORDER.index)


def _types(pattern: Any) -> list[str] | None:
    """Return the types that a rule is for; None for a pattern that is not clear."""
    if pattern in (None, "*"):
        return sorted(KNOWN_TYPES)
    if found := re.fullmatch(r"[{(]([\w|,-]+)[)}]", str(pattern)):
        return re.split(r"[|,]", found[1])
    return [str(pattern)] if _TYPE.fullmatch(str(pattern)) else None

"""The release rules of semantic-release, and what `shipit init` makes of them: both decide the same bump.

Each of the generated histories has its own rules. They differ about one thing only, and `shipit init` says so: a
breaking change of a type that has a rule of its own is a major bump for shipit, and what the rule says for
semantic-release.
"""

from __future__ import annotations

import json
import random
from typing import Any

from differential.tools import HERE, NPM_ORACLES, PEERS, _run

from shipit.config.load import parse_config
from shipit.core.commits import RawCommit, Readings, read_commits
from shipit.core.versions import Bump, Version
from shipit.importers import RepositoryFacts, read_settings
from shipit.plan.adoption.toml import toml_text
from shipit.plan.version import rules_of

COUNT = 200
TYPES = ("feat", "fix", "perf", "docs", "chore", "refactor", "style", "ci", "deps", "infra")
SCOPES = (None, None, "api", "README", "no-release")
BUMPS = (False, "patch", "minor", "major")
SEMANTIC_RELEASE = next(tool for tool in PEERS if tool.name == "semantic-release")


def rule(chosen: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {"type": chosen.choice((*TYPES, "{docs,style}")), "release": chosen.choice(BUMPS)}
    if scope := chosen.choice(SCOPES):
        made["scope"] = scope
    if chosen.random() < 0.15:
        del made["type"]
        return {"scope": "no-release", "release": False}
    return made


def message(chosen: random.Random) -> str:
    type, scope = chosen.choice(TYPES), chosen.choice(SCOPES)
    if chosen.random() < 0.1:
        return "update stuff"
    breaking = "!" if chosen.random() < 0.03 else ""
    footer = "\n\nBREAKING CHANGE: y" if chosen.random() < 0.02 else ""
    return f"{type}{f'({scope})' if scope else ''}{breaking}: x{footer}"


def caught(rules: list[dict[str, Any]], messages: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the history with a rule for all commits."""
    return [{"release": "patch"}, *rules, {"type": "feat", "release": "minor"}], messages


def commits(messages: list[str]) -> list[RawCommit]:
    return [RawCommit(f"{number:040x}", (), "Ada", 0, text) for number, text in enumerate(messages)]


def readings(rules: list[dict[str, Any]], messages: list[str]) -> Readings:
    """Return what shipit makes of the commits with the imported rules."""
    plugins = [["@semantic-release/commit-analyzer", {"preset": "conventionalcommits", "releaseRules": rules}]]
    settings = json.dumps({"plugins": plugins})
    (found,) = read_settings(RepositoryFacts({".releaserc": settings}.get, last=Version(1)))
    return read_commits(commits(messages), rules_of(parse_config(toml_text(found.settings))))


def by_semantic_release(histories: list[tuple[list[dict[str, Any]], list[str]]]) -> list[Bump]:
    asked = [
        {"rules": rules, "commits": [{"hash": each.id, "message": each.message} for each in commits(messages)]}
        for rules, messages in histories
    ]
    program = (HERE / "npm/analyse.mjs").read_text()
    levels = json.loads(_run(["node", "--input-type=module", "--eval", program], NPM_ORACLES, json.dumps(asked)))
    return [Bump[(level or "none").upper()] for level in levels]


def test_imported_rules_decide_what_semantic_release_decides() -> None:
    SEMANTIC_RELEASE.require()
    chosen = random.Random(2026)
    histories = [
        ([rule(chosen) for _ in range(chosen.randint(1, 5))], [message(chosen) for _ in range(chosen.randint(1, 8))])
        for _ in range(COUNT)
    ]
    histories += [caught(*history) for history in histories[:50]]
    same, listed = 0, 0
    for (rules, messages), peer in zip(histories, by_semantic_release(histories), strict=True):
        found = readings(rules, messages)
        if found.bump is peer:
            same += 1
        else:
            assert any(each.bump is Bump.MAJOR and "breaking" in each.reason for each in found.counted), (
                rules,
                messages,
                peer,
                found.bump,
            )
            listed += 1
    assert (same + listed, listed < COUNT / 10) == (len(histories), True)

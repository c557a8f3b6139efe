"""Histories with settings of another tool, and the version of the tool beside that of shipit with the imported ones."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from differential.repositories import Repository, Tag
from differential.tools import PYTHON_ORACLES, Question, _by_script, _risen, _run, commit_and_tag_version
from msgspec.structs import replace

from shipit import api
from shipit.plan.adoption.toml import toml_text

SEED = 2026
TYPES = ("feat", "fix", "perf", "docs", "chore", "refactor", "style", "ci", "test", "build", "revert", "deps")
SCOPES = ("", "", "(api)", "(web)")
BASES = ("0.3.1", "0.9.0", "1.2.0", "2.4.7")
BREAKING = re.compile(r"^[\w()]+!:|^BREAKING CHANGE:", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A history after the release `base`, with the settings of a tool in the file `path`."""

    path: str
    settings: str
    base: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Peer:
    """A tool: how its settings are made, how it is asked, and why it may differ for a case; an empty reason is none.

    `decided` are the bumps that a person adds, by the key that needs the decision, because the report says so.
    """

    name: str
    path: str
    make: Callable[[random.Random], dict[str, Any]]
    ask: Callable[[Sequence[Question]], list[str | None]]
    reason: Callable[[dict[str, Any], Case], str]
    render: Callable[[dict[str, Any]], str] = json.dumps
    decided: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def message(chance: random.Random) -> str:
    if chance.random() < 0.08:
        return "update things"
    mark = "!" if chance.random() < 0.05 else ""
    footer = "\n\nBREAKING CHANGE: gone" if chance.random() < 0.04 else ""
    return f"{chance.choice(TYPES)}{chance.choice(SCOPES)}{mark}: change {chance.randrange(1000)}{footer}"


def cases(peer: Peer, count: int) -> list[tuple[dict[str, Any], Case]]:
    """Return the same cases every time."""
    chance = random.Random(f"{SEED} {peer.name}")
    made = []
    for _ in range(count):
        settings = peer.make(chance)
        messages = tuple(message(chance) for _ in range(chance.randint(1, 6)))
        made.append((settings, Case(peer.path, peer.render(settings), chance.choice(BASES), messages)))
    return made


def compare(peer: Peer, count: int, place: Path) -> tuple[int, int]:
    """Return how many cases agree, and how many differ for a listed reason; any other difference is an error."""
    made = cases(peer, count)
    questions = [question(case, place / str(number)) for number, (_, case) in enumerate(made)]
    answers = peer.ask(questions)
    same = listed = 0
    for (settings, case), asked, answer in zip(made, questions, answers, strict=True):
        own, text = by_shipit(asked.directory, peer.decided)
        if own == answer:
            same += 1
        else:
            assert peer.reason(settings, case), f"{peer.name} {answer}, shipit {own}: {case}\n{text}"
            listed += 1
    return same, listed


def question(case: Case, place: Path) -> Question:
    repository = Repository(place)
    repository.write(["feat: begin", Tag(f"v{case.base}"), *case.messages])
    (place / case.path).write_text(case.settings)
    return Question(repository, case.base)


def by_shipit(place: Path, decided: Mapping[str, Mapping[str, Any]] = {}) -> tuple[str | None, str]:
    """Return the version that shipit decides with the imported settings and the decisions, and these settings."""
    project = api.open_project(str(place))
    adoption = api.plan_adoption(project)
    undecided = (key.key for each in adoption.imported for key in each.keys if key.status == "needs your decision")
    bump = dict(adoption.config.bump)
    for key in undecided:
        bump |= decided.get(key, {})
    (decision,) = api.next_version(replace(project, config=replace(adoption.config, bump=bump)))
    return decision.version, adoption.text


def _some(chance: random.Random, types: Iterable[str] = TYPES[:-1]) -> list[str]:
    names = list(types)
    return sorted(chance.sample(names, chance.randint(1, 4)))


# -- commitizen


def _commitizen_settings(chance: random.Random) -> dict[str, Any]:
    settings: dict[str, Any] = {"tag_format": "v$version", "version_scheme": "semver", "version_provider": "scm"}
    if chance.random() < 0.5:
        settings["major_version_zero"] = chance.random() < 0.5
    if chance.random() < 0.6:
        minor, patch = _some(chance), _some(chance)
        levels = {"^.+!$": "MAJOR", "^BREAKING[\\-\\ ]CHANGE": "MAJOR"}
        levels |= {f"^({'|'.join(minor)})": "MINOR", f"^({'|'.join(patch)})": "PATCH"}
        settings |= {
            "name": "cz_customize",
            "customize": {"bump_map": levels, "bump_pattern": r"^([\w ]+(\(.+\))?!?):"},
        }
        if settings.get("major_version_zero"):
            settings["customize"]["bump_map_major_version_zero"] = {
                pattern: "MINOR" if level == "MAJOR" else level for pattern, level in levels.items()
            }
    return {"commitizen": settings}


def _commitizen_reason(settings: dict[str, Any], case: Case) -> str:
    if settings["commitizen"].get("major_version_zero") and not case.base.startswith("0"):
        return "with `major_version_zero`, commitizen never raises the major version; `shipit init` asks for a decision"
    return ""


# -- python-semantic-release


def _python_semantic_release_settings(chance: random.Random) -> dict[str, Any]:
    minor, patch = _some(chance), _some(chance)
    options: dict[str, Any] = {
        "minor_tags": minor,
        "patch_tags": [type for type in patch if type not in minor],
        "allowed_tags": sorted({*TYPES[:-1], *minor, *patch}),
        "default_bump_level": chance.choice((0, 0, 2)),
    }
    kept = {key: value for key, value in options.items() if chance.random() < 0.8}
    settings = {"tag_format": "v{version}", "allow_zero_version": True, "commit_parser_options": kept}
    if chance.random() < 0.5:
        settings["major_on_zero"] = chance.random() < 0.5
    return {"semantic_release": settings}


def _python_semantic_release_reason(settings: dict[str, Any], case: Case) -> str:
    options = settings["semantic_release"]["commit_parser_options"]
    known = set(options.get("allowed_tags", {*TYPES} - {"revert", "deps"}))
    types = {text.partition(":")[0].partition("(")[0].rstrip("!") for text in case.messages if BREAKING.search(text)}
    return "python-semantic-release ignores a breaking change of a type that is not allowed" if types - known else ""


def _ask_python_semantic_release(questions: Sequence[Question]) -> list[str | None]:
    answers = _by_script("oracle_semantic_release.py", questions)
    return [_risen(answer, asked.since) for answer, asked in zip(answers, questions, strict=True)]


# -- git-cliff


def _git_cliff_settings(chance: random.Random) -> dict[str, Any]:
    skipped = _some(chance)
    parsers: list[dict[str, Any]] = [{"message": f"^({'|'.join(skipped)})", "skip": True}]
    parsers += [{"message": f"^{type}", "group": type} for type in _some(chance) if type not in skipped]
    parsers += [{"message": ".*", "skip": True}] if chance.random() < 0.3 else [{"message": ".*", "group": "Other"}]
    bump = {
        "features_always_bump_minor": chance.random() < 0.7,
        "breaking_always_bump_major": chance.random() < 0.7,
    }
    return {
        "git": {"conventional_commits": True, "filter_unconventional": True, "commit_parsers": parsers},
        "bump": bump,
    }


def _git_cliff_text(settings: dict[str, Any]) -> str:
    parsers = settings["git"].pop("commit_parsers")
    text = toml_text(settings).replace("[git]\n", "[git]\ncommit_parsers = " + toml_list(parsers) + "\n", 1)
    settings["git"]["commit_parsers"] = parsers
    return text


def toml_list(tables: list[dict[str, Any]]) -> str:
    return (
        "["
        + ", ".join("{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in each.items()) + " }" for each in tables)
        + "]"
    )


def _ask_git_cliff(questions: Sequence[Question]) -> list[str | None]:
    command: list[str | Path] = [PYTHON_ORACLES / "git-cliff", "--offline", "--bumped-version"]
    texts = [_run(command, asked.directory).strip().removeprefix("v") for asked in questions]
    return [_risen(text, asked.since) for text, asked in zip(texts, questions, strict=True)]


def _git_cliff_reason(settings: dict[str, Any], case: Case) -> str:
    skipped = {
        name
        for each in settings["git"]["commit_parsers"]
        if each.get("skip")
        for name in re.findall(r"[a-z]+", each["message"])
    }
    if any(each["message"] == ".*" and each.get("skip") for each in settings["git"]["commit_parsers"]):
        grouped = {each.get("group") for each in settings["git"]["commit_parsers"]}
        skipped |= {*TYPES} - {str(name) for name in grouped}
    types = {text.partition(":")[0].partition("(")[0].rstrip("!") for text in case.messages if BREAKING.search(text)}
    if types & skipped:
        return "git-cliff leaves a breaking change out whose type is skipped"
    if "update things" in case.messages:
        return 'the rule `"*"` also counts a title without a type, which git-cliff leaves out'
    return ""


# -- commit-and-tag-version, the successor of standard-version


def _commit_and_tag_version_settings(chance: random.Random) -> dict[str, Any]:
    settings: dict[str, Any] = {"tagPrefix": "v"} if chance.random() < 0.5 else {}
    if chance.random() < 0.6:
        shown, hidden = _some(chance), _some(chance)
        settings["types"] = [
            *({"type": type, "section": f"About {type}"} for type in shown),
            *({"type": type, "hidden": True} for type in hidden if type not in shown),
        ]
    if chance.random() < 0.4:
        settings["noBumpWhenEmptyChanges"] = True
    return settings


# -- knope


def _knope_settings(chance: random.Random) -> dict[str, Any]:
    count = chance.randint(0, 2)
    return {"types": [_some(chance, ("minor", "patch", *TYPES)) for _ in range(count)]}


def _knope_text(settings: dict[str, Any]) -> str:
    sections = [{"name": f"About {', '.join(types)}", "types": types} for types in settings["types"]]
    steps = [{"type": "PrepareRelease"}]
    return f"""\
[package]
versioned_files = ["package.json"]
changelog = "CHANGELOG.md"
extra_changelog_sections = {toml_list(sections)}

[[workflows]]
name = "prepare"
steps = {toml_list(steps)}
"""


def _ask_knope(questions: Sequence[Question]) -> list[str | None]:
    return [_by_knope(asked) for asked in questions]


def _by_knope(asked: Question) -> str | None:
    """Return the version that a dry run of knope shows; it shows nothing when there is nothing to release."""
    (asked.directory / "package.json").write_text(json.dumps({"name": "shop", "version": asked.since}))
    argv = [KNOPE_PROGRAM, "prepare", "--dry-run"]
    run = subprocess.run(argv, cwd=asked.directory, capture_output=True, encoding="utf-8")
    shown = re.search(r"^## (\d+\.\d+\.\d+)", run.stdout, re.MULTILINE)
    assert shown or not run.stdout + run.stderr, run.stdout + run.stderr
    return shown[1] if shown else None


KNOPE_PROGRAM = os.environ.get("SHIPIT_KNOPE", "")  # the path of the program: no registry of Python or npm has it
KNOPE = Peer("knope", "knope.toml", _knope_settings, _ask_knope, lambda settings, case: "", _knope_text)
PEERS = (
    Peer(
        "commit-and-tag-version",
        ".versionrc.json",
        _commit_and_tag_version_settings,
        commit_and_tag_version,
        lambda settings, case: "",
        decided={"(commits of any type)": {"*": "patch"}},
    ),
    Peer(
        "commitizen",
        "cz.json",
        _commitizen_settings,
        lambda asked: _by_script("oracle_commitizen.py", asked),
        _commitizen_reason,
    ),
    Peer(
        "python-semantic-release",
        "releaserc.json",
        _python_semantic_release_settings,
        _ask_python_semantic_release,
        _python_semantic_release_reason,
    ),
    Peer("git-cliff", "cliff.toml", _git_cliff_settings, _ask_git_cliff, _git_cliff_reason, _git_cliff_text),
)

"""The tools that are compared, each set up as equal to shipit as its options permit, and asked for versions.

The same tag format, types, aliases and levels, and the same way with 0.x; everything else is as it comes.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from shipit import api
from shipit.core.commits.rules import DEFAULT_BUMPS
from shipit.core.commits.text.message import DEFAULT_ALIASES, KNOWN_TYPES
from shipit.core.versions import Bump, Version, bumped_version

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache"
PYTHON_ORACLES = CACHE / "oracles" / "bin"
NPM_ORACLES = CACHE / "npm-oracles"


class History(Protocol):
    """A repository on disk, and its commits."""

    @property
    def path(self) -> Path: ...
    def messages_since(self, tag: str | None) -> list[tuple[str, str]]: ...


@dataclass(frozen=True)
class Question:
    """A repository and its last release; None before the first."""

    repository: History
    since: str | None
    major_on_zero: bool = False

    @property
    def directory(self) -> Path:
        return self.repository.path

    @property
    def on_zero(self) -> bool:
        """Whether a breaking change is to raise the minor part."""
        return (self.since or "0").startswith("0") and not self.major_on_zero


def types(bump: str) -> list[str]:
    """Types that raise the version by `bump`, aliases included."""
    raising = [type for type, level in DEFAULT_BUMPS.items() if level == bump]
    return raising + [alias for alias, type in DEFAULT_ALIASES.items() if type in raising]


def shipit(questions: Sequence[Question]) -> list[str | None]:
    return [_shipit(question) for question in questions]


def _shipit(question: Question) -> str | None:
    config = question.directory / "shipit.toml"
    config.write_text(f"[release]\nmajor-on-zero = {json.dumps(question.major_on_zero)}\n")
    (decision,) = api.next_version(api.open_project(str(question.directory)))
    return decision.version


def git_cliff(questions: Sequence[Question]) -> list[str | None]:
    return [_git_cliff(question) for question in questions]


def _git_cliff(question: Question) -> str | None:
    raising = "|".join((*types("minor"), *types("patch")))
    config = f"""
[git]
conventional_commits = true
filter_unconventional = true
protect_breaking_commits = true
tag_pattern = '^v\\d+\\.\\d+\\.\\d+$'
commit_parsers = [{{ message = '^({raising})\\b', group = "released" }}, {{ message = ".*", skip = true }}]
[bump]
initial_tag = "v0.1.0"
features_always_bump_minor = true
breaking_always_bump_major = {json.dumps(not question.on_zero)}
custom_minor_increment_regex = '^({"|".join(types("minor"))})$'
"""
    (question.directory / "cliff.toml").write_text(config)
    answer = _run([PYTHON_ORACLES / "git-cliff", "--offline", "--bumped-version"], question.directory)
    return _risen(answer.strip().removeprefix("v"), question.since)


def commitizen(questions: Sequence[Question]) -> list[str | None]:
    for question in questions:
        levels = {
            "^.+!$": "MAJOR",
            "^BREAKING[- ]CHANGE": "MAJOR",
            rf"^({'|'.join(types('minor'))})(\(|$)": "MINOR",
            rf"^({'|'.join(types('patch'))})(\(|$)": "PATCH",
        }
        settings = {
            "name": "cz_customize",
            "tag_format": "v$version",
            "version_scheme": "semver",
            "version_provider": "scm",
            "major_version_zero": question.on_zero,
            "customize": {"bump_map": levels},
        }
        (question.directory / "cz.json").write_text(json.dumps({"commitizen": settings}))
    return _by_script("oracle_commitizen.py", questions)


def python_semantic_release(questions: Sequence[Question]) -> list[str | None]:
    releasing = (*types("minor"), *types("patch"))
    for question in questions:
        settings = {
            "tag_format": "v{version}",
            "allow_zero_version": True,
            "major_on_zero": not question.on_zero,
            "commit_parser": "conventional",
            "commit_parser_options": {
                "minor_tags": types("minor"),
                "patch_tags": types("patch"),
                "allowed_tags": sorted(KNOWN_TYPES | {*releasing}, reverse=True),
            },
        }
        (question.directory / "releaserc.json").write_text(json.dumps({"semantic_release": settings}))
    answers = _by_script("oracle_semantic_release.py", questions)
    return [_risen(answer, question.since) for answer, question in zip(answers, questions, strict=True)]


def _by_script(script: str, questions: Sequence[Question]) -> list[str | None]:
    """The answers of a tool that is a Python library: one process for all questions."""
    directories = json.dumps([str(question.directory) for question in questions])
    answers: list[str | None] = json.loads(_run([PYTHON_ORACLES / "python", HERE / script], HERE, directories))
    return answers


def semantic_release(questions: Sequence[Question]) -> list[str | None]:
    """Its analyser decides how far; the rest of it cannot be asked without a remote."""
    program = (HERE / "npm/analyse.mjs").read_text()
    asked = json.dumps([_analysis(question) for question in questions])
    levels = json.loads(_run(["node", "--input-type=module", "--eval", program], NPM_ORACLES, asked))
    return [_raised(level, question) for level, question in zip(levels, questions, strict=True)]


def commit_and_tag_version(questions: Sequence[Question]) -> list[str | None]:
    """Each repository has its settings in `.versionrc.json`; nothing is written."""
    program = (HERE / "npm/tag-version.mjs").read_text()
    asked = json.dumps([str(question.directory) for question in questions])
    answers = json.loads(_run(["node", "--input-type=module", "--eval", program], NPM_ORACLES, asked))
    return [answer and answer.removeprefix("v") for answer in answers]


def _analysis(question: Question) -> dict[str, object]:
    commits = question.repository.messages_since(question.since and f"v{question.since}")
    breaking = [{"breaking": True, "release": "minor" if question.on_zero else "major"}]
    typed = [{"type": type, "release": bump} for bump in ("minor", "patch") for type in types(bump)]
    return {"commits": [{"hash": id, "message": message} for id, message in commits], "rules": breaking + typed}


def _raised(level: str | None, question: Question) -> str | None:
    if level is None:
        return None
    if question.since is None:
        return "1.0.0"  # whatever the commits say
    return str(bumped_version(Version.parse(question.since), Bump[level.upper()], major_on_zero=True))


def _risen(answer: str | None, since: str | None) -> str | None:
    return None if answer in (since, "0.0.0") else answer


def _run(command: Sequence[str | Path], directory: Path, text: str = "") -> str:
    run = subprocess.run(command, cwd=directory, input=text, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    return run.stdout


@dataclass(frozen=True)
class Tool:
    """One of the tools; `missing` tells why it cannot be asked here."""

    name: str
    ask: Callable[[Sequence[Question]], list[str | None]]
    needs: Path | None = None

    def require(self) -> None:
        if self.needs and not self.needs.exists():
            pytest.skip(f"{self.name} is not installed; make test installs it where it can")


SHIPIT = Tool("shipit", shipit)
PEERS = (
    Tool("python-semantic-release", python_semantic_release, PYTHON_ORACLES / "semantic-release"),
    Tool("semantic-release", semantic_release, NPM_ORACLES / ".installed"),
    Tool("git-cliff", git_cliff, PYTHON_ORACLES / "git-cliff"),
    Tool("commitizen", commitizen, PYTHON_ORACLES / "cz"),
)
# Asked only with settings of its own: it releases whatever the commits are.
WITH_SETTINGS = (Tool("commit-and-tag-version", commit_and_tag_version, NPM_ORACLES / ".installed"),)

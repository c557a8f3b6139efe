"""The programs that are measured: shipit, its peers, and git itself, which is a lower limit for all of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.clone import fresh_clone

BIN = Path(sys.executable).parent
PEERS = Path(".cache/oracles/bin").absolute()
OLD_CLIFF = Path(".cache/git-cliff/bin/git-cliff").absolute()
SEMANTIC_RELEASE = Path(".cache/semantic-release/node_modules/.bin/semantic-release").absolute()

CONFIGURATION = {
    "cliff.toml": "[git]\nconventional_commits = true\ntag_pattern = '^v[0-9]'\n",
    "cz.json": json.dumps(
        {"commitizen": {"tag_format": "v$version", "version_scheme": "semver", "version_provider": "scm"}}
    ),
    "releaserc.json": json.dumps({"semantic_release": {"tag_format": "v{version}", "commit_parser": "conventional"}}),
}


@dataclass(frozen=True)
class Contender:
    """A program with its arguments. It runs in the repository, or in the directory that `place` makes of it."""

    name: str
    argv: tuple[str, ...]
    place: Callable[[Path], Path] = lambda repository: repository


def contender(name: str, program: Path | str, *arguments: str) -> Contender:
    return Contender(name, (str(program), *arguments))


START = contender("python -c pass", sys.executable, "-c", "pass")
# On `main` the last release is a stable one, for shipit as for python-semantic-release and semantic-release.
LAST = "git describe --tags --abbrev=0 --match 'v[0-9]*' --exclude '*-*'"
NEXT = (
    contender("git", "sh", "-c", f'last=$({LAST}); git log "${{last:+$last..}}HEAD"'),
    contender("shipit", BIN / "shipit", "next"),
    START,
    contender("git-cliff 2.12", OLD_CLIFF, "--offline", "--bumped-version"),
    contender("git-cliff", PEERS / "git-cliff", "--offline", "--bumped-version"),
    contender("commitizen", PEERS / "cz", "bump", "--get-next", "--yes"),
    contender(
        "python-semantic-release",
        PEERS / "semantic-release",
        *("--noop", "--config", "releaserc.json", "version", "--print"),
    ),
    contender(
        "semantic-release",
        *("sh", "-c", 'exec "$0" "$@" --repository-url "file://$PWD"', str(SEMANTIC_RELEASE), "--dry-run", "--no-ci"),
        *("--branches", "main", "--plugins", "@semantic-release/commit-analyzer"),
    ),
)
CHANGELOG = (
    contender("git", "git", "log", "--format=%H%x00%an%x00%ae%x00%at%x00%B%x00"),
    contender("shipit", BIN / "shipit", "changelog", "--all"),
    contender("git-cliff 2.12", OLD_CLIFF, "--offline"),
    contender("git-cliff", PEERS / "git-cliff", "--offline"),
    contender("commitizen", PEERS / "cz", "changelog", "--dry-run"),
    contender(
        "python-semantic-release",
        *("sh", "-c", 'rm -f CHANGELOG.md; exec "$0" "$@"'),
        *(str(PEERS / "semantic-release"), "--config", "releaserc.json", "changelog"),
    ),
)
STARTS = (
    START,
    contender("shipit --version", BIN / "shipit", "--version"),
    contender("shipit --help", BIN / "shipit", "--help"),
    Contender("shipit release", (str(BIN / "shipit"), "release"), fresh_clone),
)


def present(contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
    """Return the contenders that are installed; without npm there is no semantic-release."""
    return tuple(each for each in contenders if each.name != "semantic-release" or SEMANTIC_RELEASE.exists())


def configure(repository: Path) -> None:
    """Configure the tag format of every tool; everything else keeps its default."""
    for name, text in CONFIGURATION.items():
        (repository / name).write_text(text)

"""What is measured: shipit, its peers, and git itself, which nobody who reads history with it can beat."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
PEERS = Path(".cache/oracles/bin").absolute()

CONFIGURATION = {
    "cliff.toml": "[git]\nconventional_commits = true\ntag_pattern = '^v[0-9]'\n",
    "cz.json": json.dumps(
        {"commitizen": {"tag_format": "v$version", "version_scheme": "semver", "version_provider": "scm"}}
    ),
    "releaserc.json": json.dumps({"semantic_release": {"tag_format": "v{version}", "commit_parser": "conventional"}}),
}


@dataclass(frozen=True)
class Contender:
    """A program and how it is asked."""

    name: str
    argv: tuple[str, ...]


def contender(name: str, program: Path | str, *arguments: str) -> Contender:
    return Contender(name, (str(program), *arguments))


NEXT = (
    contender("git", "sh", "-c", 'git log "$(git describe --tags --abbrev=0)..HEAD"'),
    contender("shipit", BIN / "shipit", "next"),
    contender("python -c pass", sys.executable, "-c", "pass"),
    contender("git-cliff", PEERS / "git-cliff", "--offline", "--bumped-version"),
    contender("commitizen", PEERS / "cz", "bump", "--get-next", "--yes"),
    contender(
        "python-semantic-release",
        PEERS / "semantic-release",
        *("--noop", "--config", "releaserc.json", "version", "--print"),
    ),
)
CHANGELOG = (
    contender("git", "git", "log", "--format=%H%x00%an%x00%ae%x00%at%x00%B%x00"),
    contender("shipit", BIN / "shipit", "changelog", "--all"),
    contender("git-cliff", PEERS / "git-cliff", "--offline"),
    contender("commitizen", PEERS / "cz", "changelog", "--dry-run"),
    contender(
        "python-semantic-release",
        *("sh", "-c", 'rm -f CHANGELOG.md; exec "$0" "$@"'),
        *(str(PEERS / "semantic-release"), "--config", "releaserc.json", "changelog"),
    ),
)


def configure(repository: Path) -> None:
    """Let every tool know the form of the tags; everything else is as it comes."""
    for name, text in CONFIGURATION.items():
        (repository / name).write_text(text)

"""The measured programs with their versions, and the machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from pathlib import Path

from bench.contenders import BIN, OLD_CLIFF, PEERS


def machine(rounds: int) -> str:
    versions = (
        output("git", "--version").replace("version ", ""),
        output(BIN / "shipit", "--version"),
        output(PEERS / "git-cliff", "--version"),
        output(OLD_CLIFF, "--version"),
        "commitizen " + output(PEERS / "cz", "version"),
        "python-semantic-release " + output(PEERS / "semantic-release", "--version").rpartition(" ")[2],
        f"semantic-release {semantic_release_version()}",
    )
    processors = f"Python {platform.python_version()}, {os.cpu_count()} processors"
    return f"{', '.join(versions)}; {processors}; rounds: {rounds}; load {os.getloadavg()[0]:.1f} at the beginning"


def semantic_release_version() -> str:
    """Return the version in the lock file."""
    return str(json.loads(Path("bench/npm/package.json").read_text())["dependencies"]["semantic-release"])


def output(*argv: str | Path, place: Path | None = None) -> str:
    run = subprocess.run(argv, cwd=place, capture_output=True, text=True, check=True)
    return run.stdout.partition("\n")[0]

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
        said("git", "--version").replace("version ", ""),
        said(BIN / "shipit", "--version"),
        said(PEERS / "git-cliff", "--version"),
        said(OLD_CLIFF, "--version"),
        "commitizen " + said(PEERS / "cz", "version"),
        "python-semantic-release " + said(PEERS / "semantic-release", "--version").rpartition(" ")[2],
        f"semantic-release {semantic_release_version()}",
    )
    processors = f"Python {platform.python_version()}, {os.cpu_count()} processors"
    return f"{', '.join(versions)}; {processors}; rounds: {rounds}; load {os.getloadavg()[0]:.1f} at the beginning"


def semantic_release_version() -> str:
    """The one that is locked."""
    return str(json.loads(Path("bench/npm/package.json").read_text())["dependencies"]["semantic-release"])


def said(*argv: str | Path, place: Path | None = None) -> str:
    run = subprocess.run(argv, cwd=place, capture_output=True, text=True, check=True)
    return run.stdout.partition("\n")[0]

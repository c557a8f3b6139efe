"""Write `.github/actions/shipit/action.yml`, a copy of `action.yml` for the reusable workflows.

    python scripts/twin.py

A called workflow refers to an action of its own repository, at its own commit, as `$/<directory>`. GitHub refuses `$/`
without a directory, so `action.yml` in the root directory needs a copy.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORIGINAL = ROOT / "action.yml"
TWIN = ROOT / ".github/actions/shipit/action.yml"
HEADER = "# Made from action.yml by scripts/twin.py, which says why.\n"


def twin(text: str) -> str:
    """Return the text of the twin: its path to the script begins three directories below the root."""
    return HEADER + text.replace("$GITHUB_ACTION_PATH/", "$GITHUB_ACTION_PATH/../../../")


if __name__ == "__main__":
    TWIN.write_text(twin(ORIGINAL.read_text(encoding="utf-8")), encoding="utf-8")

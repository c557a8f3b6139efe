"""`.github/actions/shipit/action.yml`, a copy of `action.yml` for the reusable workflows.

A called workflow refers to an action of its own repository, at its own commit, as `$/<directory>`. GitHub refuses `$/`
without a directory, so `action.yml` in the root directory needs a copy.
"""

from __future__ import annotations

HEADER = "# Made from action.yml by `make generate`; scripts/generate/twin.py says why.\n"


def twin(text: str) -> str:
    """Return the text of the twin: its path to the script begins three directories below the root."""
    return HEADER + text.replace("$GITHUB_ACTION_PATH/", "$GITHUB_ACTION_PATH/../../../")

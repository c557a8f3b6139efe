"""The files by which a step of GitHub Actions hands on its outputs and its summary.

Their form is that of FileCommandManager.cs of actions/runner: a value is everything between two lines that hold the
same delimiter. One that somebody could guess would let a commit message end the value and begin another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from shipit.errors import CommandError

OUTPUT, SUMMARY = "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"


def write_outputs(values: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> None:
    """Hand on `values`; of two values with one name the later counts."""
    _append(OUTPUT, "".join(_entry(name, value) for name, value in values.items()), environ)


def write_summary(markdown: str, environ: Mapping[str, str] = os.environ) -> None:
    """Add to the page of the run; GitHub drops more than 1 MiB of one step."""
    _append(SUMMARY, markdown, environ)


def _entry(name: str, value: str) -> str:
    import secrets

    delimiter = f"shipit-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(variable: str, text: str, environ: Mapping[str, str]) -> None:
    """Write where the runner says; nowhere outside GitHub Actions."""
    path = environ.get(variable)
    if environ.get("GITHUB_ACTIONS") != "true" or not path or not text:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    except OSError as error:
        what = f"the file that `{variable}` names cannot be written: {error.strerror}"
        raise CommandError(what, where=path, hint="make room on the runner, then run the same command again") from error

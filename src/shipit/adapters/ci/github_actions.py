"""The files to which a step of GitHub Actions writes its outputs and its summary.

The runner's FileCommandManager.cs defines their form: a value is the text between two lines with the same delimiter.
The delimiter is random, so that a commit message cannot contain it and so add an output of its own.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping

from shipit.errors import CommandError

OUTPUT, SUMMARY = "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"


def write_outputs(values: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> None:
    """Append `values` to the outputs of the step; if a name occurs twice, the runner takes the later value."""
    _append(OUTPUT, "".join(_entry(name, value) for name, value in values.items()), environ)


def write_summary(markdown: str, environ: Mapping[str, str] = os.environ) -> None:
    """Append `markdown` to the summary of the run; GitHub accepts at most 1 MiB for a step."""
    _append(SUMMARY, markdown, environ)


def _entry(name: str, value: str) -> str:
    import secrets

    delimiter = f"shipit-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(variable: str, text: str, environ: Mapping[str, str]) -> None:
    """Append `text` to the file that `variable` names; do nothing outside GitHub Actions."""
    path = environ.get(variable)
    if environ.get("GITHUB_ACTIONS") != "true" or not path or not text:
        return
    try:
        with open(path, "a", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    except OSError as error:
        what = f"the file that `{variable}` names cannot be written: {error.strerror}"
        hint = f"set `{variable}` to a file that can be written, as GitHub's runner does, or remove the variable"
        if error.errno == errno.ENOSPC:
            hint = "free disk space on the runner, then run the same command again"
        state = "the steps above are done, and only this file is not written"
        raise CommandError(what, where=path, hint=hint, state=state) from error

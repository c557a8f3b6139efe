"""Ask commitizen for the next version of repositories; run by the oracles' own Python.

A JSON list of directories comes in, a list of versions goes out, null where nothing is to be released.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from functools import cache
from importlib import metadata

from commitizen.cli import main
from commitizen.exceptions import DryRunExit, NoCommitsFoundError, NoneIncrementExit

# commitizen lists the installed packages five times for each question, which is almost half of its time.
metadata.entry_points = cache(metadata.entry_points)  # type: ignore[assignment]


def asked(directory: str) -> str | None:
    os.chdir(directory)
    sys.argv = ["cz", "bump", "--get-next", "--yes"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            main()
        except (NoneIncrementExit, NoCommitsFoundError):
            return None
        except DryRunExit:
            return out.getvalue().split()[-1]
    raise RuntimeError(f"commitizen said nothing in {directory}")


sys.stdout.write(json.dumps([asked(directory) for directory in json.load(sys.stdin)]))

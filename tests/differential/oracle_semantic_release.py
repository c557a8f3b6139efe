"""Ask python-semantic-release for the next version of repositories; run by the oracles' own Python.

A JSON list of directories comes in, a list of versions goes out: the last one where nothing is to be released.
"""

from __future__ import annotations

import json
import os
import sys

from click.testing import CliRunner
from semantic_release.cli.commands.main import main


def asked(directory: str) -> str:
    os.chdir(directory)
    answer = CliRunner().invoke(main, ["--noop", "--config", "releaserc.json", "version", "--print"])
    if answer.exit_code:
        raise RuntimeError(f"python-semantic-release in {directory}: {answer.output}") from answer.exception
    return answer.stdout.split()[-1]


sys.stdout.write(json.dumps([asked(directory) for directory in json.load(sys.stdin)]))

"""A run of the real `shipit` command, as a person starts it, with its output as it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from click import unstyle

from shipit.cli.demo.keeper import RUNNING
from shipit.cli.demo.stage import Stage

# Variables that would change what a deployment does or prints.
_NOT_PASSED_ON = ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "FORCE_COLOR", "COLUMNS")
_NOT_PASSED_ON_PREFIXES = ("GIT_", "GITHUB_", "SHIPIT_")


def run_shipit(stage: Stage, words: str, say: Callable[[str], None], *, color: bool, kill_at: str | None = None) -> int:
    """Run `shipit` in the sample repository, and return its exit status.

    Args:
        stage: the repository and the engine.
        words: the arguments, with spaces between them.
        say: prints a line of its output.
        color: True to keep its colours.
        kill_at: a text; the process is killed with SIGKILL when it prints a line with it.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "shipit", *words.split()],
        cwd=stage.repository,
        env=_environment(stage, color=color),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        process_group=0,
    )
    noted = stage.directory / RUNNING
    noted.write_text(str(process.pid))  # the keeper ends it, if this process is killed
    try:
        assert process.stdout
        for line in process.stdout:
            say(line.rstrip("\n"))
            if kill_at and kill_at in unstyle(line):
                os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        noted.unlink(missing_ok=True)


def _environment(stage: Stage, *, color: bool) -> dict[str, str]:
    passed_on = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_PASSED_ON and not name.startswith(_NOT_PASSED_ON_PREFIXES) and name != "CI"
    }
    colors = {"FORCE_COLOR": "1"} if color else {"NO_COLOR": "1"}
    return {**passed_on, **colors, "DOCKER_HOST": stage.engine, "PYTHONUNBUFFERED": "1"}

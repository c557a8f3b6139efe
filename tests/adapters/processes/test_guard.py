"""A command of the user ends with all that it started, at its time limit and if shipit is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shipit.adapters.processes.process import Commands, run_program
from shipit.adapters.processes.program_output import ProgramOutput
from shipit.core.redact import Redactor
from shipit.errors import CommandError

# The child is in another session, and keeps no pipe of the command.
DETACHED = "setsid sh -c 'echo $$ >child; exec sleep 600' >/dev/null 2>&1 </dev/null & "
HANGS = f"{DETACHED} echo $$ >command; exec sleep 600"


def number(path: Path) -> int:
    """The process id in a file, once it is written."""
    while not path.exists() or not path.read_text().strip():
        time.sleep(0.01)
    return int(path.read_text())


def ends(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_at_the_time_limit_also_a_child_in_another_session_ends(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="did not end within 1 seconds"):
        Commands(str(tmp_path), Redactor()).run("hangs", HANGS, timeout=1)
    assert ends(number(tmp_path / "child"))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_command_does_not_outlive_a_killed_shipit(tmp_path: Path, end: signal.Signals) -> None:
    code = (
        "import sys; from shipit.adapters.processes.process import Commands; from shipit.core.redact import Redactor;"
        "Commands(sys.argv[1], Redactor()).run('hangs', sys.argv[2], timeout=600)"
    )
    shipit = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), HANGS], stderr=subprocess.DEVNULL)
    pids = [number(tmp_path / name) for name in ("command", "child")]
    os.kill(shipit.pid, end)
    shipit.wait()
    assert all(map(ends, pids))


def test_a_detached_child_of_a_command_that_succeeds_goes_on(tmp_path: Path) -> None:
    Commands(str(tmp_path), Redactor()).run(
        "starts", f"{DETACHED} while ! [ -s child ]; do sleep 0.01; done", timeout=60
    )
    child = number(tmp_path / "child")
    os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(
    ("command", "status"), [("exit 3", 3), ("kill -9 $$", -9), (["sh", "-c", "exit 4"], 4), ("read -r line", 1)]
)
def test_the_status_of_a_command_is_its_own(tmp_path: Path, command: str | list[str], status: int) -> None:
    output = ProgramOutput(Redactor())
    assert run_program(command, output, cwd=str(tmp_path), env=os.environ, timeout=60) == status

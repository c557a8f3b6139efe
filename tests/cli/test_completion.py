"""The completion scripts for bash, zsh and fish."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shipit.cli.main import COMMANDS, run

pytestmark = pytest.mark.usefixtures("own_environment")

# The commands of bash that do the same as the tabulator key after the words of a command line.
PRESS_TAB = """
eval "$(shipit completion bash)"
complete -p shipit >/dev/null
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
$(complete -p shipit | sed 's/.*-F \\([^ ]*\\).*/\\1/') shipit "${COMP_WORDS[COMP_CWORD]}" ""
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def bash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of bash, with the shipit of these tests on PATH."""
    program = tmp_path / "shipit"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m shipit "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = shutil.which("bash")
    assert found
    return found


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["shipit", ""], set(COMMANDS)),
        (["shipit", "re"], {"release"}),
        (["shipit", "release", "--d"], {"--dry-run"}),
        (["shipit", "-C", ".", "plan", "--verb"], {"--verbose"}),
        (["shipit", "completion", ""], {"bash", "zsh", "fish"}),
        (["shipit", "changelog", "--language", ""], {"en", "ko"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bash_completes_commands_options_and_values(
    bash: str, typed: list[str], offered: set[str], tmp_path: Path
) -> None:
    done = subprocess.run([bash, "-c", PRESS_TAB, "bash", *typed], cwd=tmp_path, capture_output=True, text=True)
    assert (set(done.stdout.split("\n")[:-1]), done.stderr) == (offered, "")


@pytest.mark.parametrize(("shell", "registers"), [("bash", "complete -o"), ("zsh", "compdef "), ("fish", "complete ")])
def test_each_script_registers_itself(shell: str, registers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_SHIPIT_COMPLETE={shell}_complete" in script
    assert registers in script

"""The completion scripts for bash, zsh and fish."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from shipit.cli.commands import COMMANDS
from shipit.cli.main import cli, run
from shipit.cli.session import Session

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
        (["shipit", "re"], {"release", "replay", "report"}),
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


CONFIG = """
[environments.dev.image]
name = "acme/app-dev"
[environments.prod.image]
name = "acme/app"
"""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["deploy", ""], ["dev", "prod"]),
        (["deploy", "dev", ""], ["1.4.0", "1.3.0"]),
        (["rollback", "dev", "1.3"], ["1.3.0"]),
        (["image", "p"], ["prod"]),
        (["notes", ""], ["1.4.0", "1.3.0"]),
        (["changelog", "--template", "d"], ["default"]),
        (["run", "--environment", "d"], ["dev"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_names_of_the_project_are_completed(typed: list[str], offered: list[str], tmp_path: Path) -> None:
    for words in (
        ["init", "-q"],
        ["commit", "-q", "--allow-empty", "-m", "feat: x"],
        ["tag", "v1.3.0"],
        ["tag", "v1.4.0"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    (tmp_path / "shipit.toml").write_text(CONFIG)
    assert completed("-C", str(tmp_path), *typed) == offered


def test_packages_are_completed(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "shipit.toml").write_text('[packages.back]\npath = "back"\n[packages.web]\npath = "web"\n')
    for command in ("notes", "changelog", "plan", "release", "next"):
        assert completed("-C", str(tmp_path), command, "--package", "w") == ["web"]


def test_nothing_is_completed_outside_a_repository_and_with_a_wrong_configuration(tmp_path: Path) -> None:
    assert completed("-C", str(tmp_path), "deploy", "") == []
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "shipit.toml").write_text("[release\n")
    assert completed("-C", str(tmp_path), "deploy", "") == []


@pytest.mark.parametrize("variables", [{"COMP_WORDS": "shipit d", "COMP_CWORD": "abc"}, {}])
def test_variables_that_no_shell_sets_are_wrong_usage(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"_SHIPIT_COMPLETE": "bash_complete", **variables}.items():
        monkeypatch.setenv(name, value)
    assert run([]) == 2
    assert "`COMP_CWORD`" in capsys.readouterr().err


def completed(*typed: str) -> list[str]:
    completion = ShellComplete(cli, {"obj": Session()}, "shipit", "_SHIPIT_COMPLETE")
    return [item.value for item in completion.get_completions(list(typed[:-1]), typed[-1])]


@pytest.mark.parametrize(("shell", "registers"), [("bash", "complete -o"), ("zsh", "compdef "), ("fish", "complete ")])
def test_each_script_registers_itself(shell: str, registers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_SHIPIT_COMPLETE={shell}_complete" in script
    assert registers in script

"""The output on a terminal and in a pipe: colours, progress, help and errors."""

from __future__ import annotations

import io
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from shipit.api import Images
from shipit.cli import main
from shipit.cli.commands import COMMANDS
from shipit.cli.commands.deployments.image import report_images
from shipit.cli.demo.sample import SampleProject
from shipit.cli.main import run
from shipit.cli.output import Output
from shipit.cli.progress.steps import Progress
from shipit.cli.progress.transfers import Transfers
from shipit.cli.progress.waiting import waiting
from shipit.cli.report import reporting
from shipit.cli.session import Session
from shipit.finding import Finding
from shipit.plan.images import ImagePlan
from shipit.plan.model import Inputs
from shipit.steps.images import Origin, PushImage

pytestmark = pytest.mark.usefixtures("own_environment")
SHIPIT = [sys.executable, "-m", "shipit"]
ESCAPE = "\x1b["
PUSH = PushImage("registry.example/app:1.4.0", Origin("a" * 40, "1.4.0"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, new_sample: Callable[[Path], SampleProject]) -> SampleProject:
    """A sample that tests only read."""
    return new_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture
def own_sample(tmp_path: Path, new_sample: Callable[[Path], SampleProject]) -> SampleProject:
    return new_sample(tmp_path)


def piped(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SHIPIT, *arguments], cwd=cwd, env=os.environ | environment, capture_output=True, text=True)


def shown(*arguments: str, cwd: Path, **environment: str) -> str:
    """Return the output of the command on a terminal."""
    master, slave = pty.openpty()
    variables = os.environ | {"TERM": "xterm-256color"} | environment
    command = [*SHIPIT, *arguments]
    with subprocess.Popen(command, cwd=cwd, env=variables, stdin=slave, stdout=slave, stderr=slave) as program:
        os.close(slave)
        seen = _everything(master)
    assert program.returncode in (0, 2)
    return seen


def _everything(master: int) -> str:
    seen = b""
    try:
        while piece := os.read(master, 4096):
            seen += piece
    except OSError:  # Linux raises it at the end of the output
        pass
    os.close(master)
    return seen.decode("utf-8")


def colours(text: str) -> list[str]:
    """Return the escape sequences for colours and styles; a slow run also has those of its progress line."""
    return re.findall(r"\x1b\[[\d;]*m", text)


@pytest.mark.parametrize("command", ["plan", "frobnicate"])
def test_a_terminal_gets_colours(sample: SampleProject, command: str) -> None:
    assert colours(shown(command, cwd=sample.path))


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
@pytest.mark.parametrize("command", ["plan", "frobnicate"])
def test_a_terminal_that_wants_no_colours_gets_none(
    sample: SampleProject, command: str, environment: dict[str, str]
) -> None:
    text = shown(command, cwd=sample.path, **environment)
    assert colours(text) == []
    assert ESCAPE not in text or "TERM" not in environment  # a dumb terminal can move no cursor either


@pytest.mark.parametrize("arguments", [("--no-color", "plan"), ("plan", "--no-color")])
def test_the_option_no_color_works_before_and_after_the_command(
    sample: SampleProject, arguments: tuple[str, ...]
) -> None:
    assert colours(shown(*arguments, cwd=sample.path)) == []


def test_a_pipe_and_a_ci_get_no_colours_unless_forced(sample: SampleProject) -> None:
    assert ESCAPE not in piped("plan", cwd=sample.path, CI="true", TERM="xterm-256color").stdout
    assert ESCAPE in piped("plan", cwd=sample.path, FORCE_COLOR="1").stdout
    assert ESCAPE not in piped("plan", "--no-color", cwd=sample.path, FORCE_COLOR="1").stdout


def test_data_has_no_colours_even_on_a_terminal(sample: SampleProject) -> None:
    assert shown("next", cwd=sample.path) == "0.4.0\r\n"
    assert ESCAPE not in shown("next", "--json", cwd=sample.path, FORCE_COLOR="1")


def test_a_terminal_of_another_encoding_gets_escapes_and_no_crash(sample: SampleProject) -> None:
    run = piped("plan", cwd=sample.path, PYTHONIOENCODING="ascii")
    assert (run.returncode, run.stderr) == (0, "")
    assert "\\ucc44\\ud305\\ubc29" in run.stdout


def test_a_pipe_that_the_reader_closes_is_no_failure(sample: SampleProject) -> None:
    for command in ("changelog --all", "plan", "next --json", "--help", "schema"):
        line = f"set -o pipefail; {shlex.join(SHIPIT)} {command} | true"
        done = subprocess.run(["bash", "-c", line], cwd=sample.path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_behind_standard_output_is_an_error(sample: SampleProject) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SHIPIT, "next"], cwd=sample.path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 5
    assert done.stderr.startswith("error: standard output cannot be written: No space left on device")
    assert len(done.stderr.splitlines()) == 3


def test_a_full_disk_does_not_hide_another_failure(sample: SampleProject) -> None:
    with open("/dev/full", "w") as full:
        statuses = [
            subprocess.run([*SHIPIT, word], stdout=full, stderr=full).returncode for word in ("nonsense", "--help")
        ]
    assert statuses == [2, 5]


def test_a_release_continues_if_standard_error_cannot_be_written(own_sample: SampleProject) -> None:
    (own_sample.path / "shipit.toml").write_text('[release]\nprepare = ["seq 100000"]\n')
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SHIPIT, "release"], cwd=own_sample.path, stderr=full)
    assert done.returncode == 0
    assert (own_sample.remote / "shipit/releases/v0.4.0/release.json").exists()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_crash_a_command(sample: SampleProject, closed: str) -> None:
    done = subprocess.run(["bash", "-c", f"{shlex.join(SHIPIT)} next {closed}"], cwd=sample.path)
    assert done.returncode == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_release_leaves_nothing_running_and_nothing_public(
    own_sample: SampleProject, how: signal.Signals
) -> None:
    wall = own_sample.path.parent / "wall"
    (own_sample.path / "shipit.toml").write_text(f'[release]\nprepare = ["test -e {wall} || exec sleep 98{how:d}"]\n')
    with subprocess.Popen([*SHIPIT, "release"], cwd=own_sample.path, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        while "run test" not in program.stderr.readline():
            pass
        time.sleep(0.2)  # until the command has begun
        program.send_signal(how)
        said = program.stderr.read()
    assert program.returncode == 130
    first, state = said.strip().splitlines()
    assert first == "interrupted; to continue, run the same command again: it skips the steps that are done"
    assert state.startswith("  nothing was pushed. Stopped at: run test")
    assert state.endswith("Restored: build.gradle, CHANGELOG.md.")
    assert not subprocess.run(["pgrep", "-f", f"sleep 98{how:d}"], capture_output=True).stdout
    assert (
        "v0.4.0" not in subprocess.run(["git", "ls-remote"], cwd=own_sample.path, capture_output=True, text=True).stdout
    )
    wall.touch()
    assert piped("release", cwd=own_sample.path).returncode == 0


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_message_about_long_work_but_not_about_short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for delay, appears in ((0.0, True), (60.0, False)):
        monkeypatch.setattr("shipit.cli.progress.waiting.DELAY", delay)
        monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
        with waiting(Output(), "reading history"):
            deadline = time.monotonic() + 20
            while appears and "reading history" not in terminal.getvalue() and time.monotonic() < deadline:
                time.sleep(0.01)
        assert ("reading history" in terminal.getvalue()) == appears


def test_the_progress_bars_are_removed_before_an_error_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
    session = Session()
    with pytest.raises(KeyboardInterrupt), reporting(session):
        session.transfers("0a1b2c3d4e5f", 1, 300)
        raise KeyboardInterrupt
    assert "0a1b2c3d4e5f" in terminal.getvalue()
    assert terminal.getvalue().endswith(f"{ESCAPE}2K")  # the line of the bar, empty


def test_a_push_that_does_not_move_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
    monkeypatch.setattr("shipit.cli.progress.steps._REMINDER", 0.01)
    progress = Progress(Output())
    progress.started(PUSH)
    progress.applying(PUSH)
    deadline = time.monotonic() + 20
    while "still waiting for the registry after" not in terminal.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    progress.finished(PUSH, {}, already=False)
    assert "still waiting for the registry after" in terminal.getvalue()


def test_a_push_that_moves_keeps_its_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Terminal())
    transfers = Transfers(Output())
    transfers("0a1b2c3d4e5f", 1, 300)
    assert (transfers.moved(), transfers.moved()) == (True, False)


@pytest.mark.parametrize(
    ("verbose", "quiet", "said"), [(False, False, ""), (True, False, "reading\n"), (True, True, "")]
)
def test_without_a_terminal_long_work_is_shown_with_verbose_only(
    verbose: bool, quiet: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with waiting(Output(verbose=verbose, quiet=quiet), "reading"):
        pass
    assert capsys.readouterr() == ("", said)


def test_a_quiet_release_prints_nothing(own_sample: SampleProject) -> None:
    done = piped("release", "--quiet", cwd=own_sample.path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("quiet", [False, True])
def test_a_release_prints_its_warnings(own_sample: SampleProject, quiet: bool) -> None:
    for _ in range(20):  # more commits than the sample has that can be read
        subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "Update"], cwd=own_sample.path, check=True)
    done = piped("release", *["--quiet"] * quiet, cwd=own_sample.path)
    last = [line.partition(", ")[0] for line in done.stderr.splitlines()[-3:-1]]
    assert (done.returncode, done.stdout) == (0, "")
    assert last == (
        [] if quiet else [last[0], "  ! 21 of 34 commits since 0.3.1 cannot be read and do not count [unreadable]"]
    )
    assert quiet or last[0].startswith("released v0.4.0: ")


def test_building_an_image_prints_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    found = (Finding("engine", "no engine", "start it"), Finding("dockerfile", "no file yet", "add it", "warning"))
    report_images(
        Session(), Images(ImagePlan(environment="dev", images=(), inputs=Inputs("", None, ""), findings=found), {})
    )
    assert capsys.readouterr().err == "  ! no file yet [dockerfile]\n    fix: add it\n"


def test_a_bug_is_reported_as_one_with_a_trace_only_in_debug_mode(
    sample: SampleProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shipit.api.upcoming", lambda *args, **names: 1 // 0)
    assert run(["-C", str(sample.path), "next"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bug: ZeroDivisionError")
    assert "this is a bug in shipit; please report it" in err
    assert "Traceback" not in err
    monkeypatch.setenv("SHIPIT_DEBUG", "1")
    assert run(["-C", str(sample.path), "next"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_bug_is_annotated_in_github_actions(
    sample: SampleProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shipit.api.upcoming", lambda *args, **names: 1 // 0)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run(["-C", str(sample.path), "next"])
    (annotation,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("::error")]
    assert "ZeroDivisionError" in annotation and "please report it" in annotation


def test_a_configuration_without_read_permission_is_an_error(
    own_sample: SampleProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = own_sample.path / "shipit.toml"
    place.touch()
    really = os.open

    def refusing(file: str, flags: int, mode: int = 0o777) -> int:
        if str(file) == str(place):
            raise PermissionError(13, "Permission denied")
        return really(file, flags, mode)

    monkeypatch.setattr("os.open", refusing)
    assert run(["-C", str(own_sample.path), "next"]) == 2
    assert capsys.readouterr().err.startswith("error: `shipit.toml` cannot be read: Permission denied")


def test_an_error_of_the_operating_system_is_not_reported_as_a_bug(
    sample: SampleProject, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*args: object, **names: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/app/journal")

    monkeypatch.setattr("shipit.api.upcoming", refused)
    assert run(["-C", str(sample.path), "next"]) == 5
    error = capsys.readouterr().err
    assert error.startswith("error: `/srv/app/journal` cannot be used: Permission denied\n")
    assert "fix the reported problem, then run the same command again" in error


def test_a_lock_that_is_a_directory_is_an_error(own_sample: SampleProject) -> None:
    lock = own_sample.path / ".git/shipit.lock"
    lock.mkdir()
    done = piped("release", cwd=own_sample.path)
    assert done.returncode == 5
    assert done.stderr.startswith(f"error: `{lock}` cannot be written: Is a directory\n")


def test_without_git_the_hint_is_to_install_it(sample: SampleProject, tmp_path: Path) -> None:
    done = piped("next", cwd=sample.path, PATH=str(tmp_path))
    assert done.returncode == 5
    assert done.stderr.startswith("error: `git` cannot be used: No such file or directory\n")
    assert "install git, then run the same command again" in done.stderr


def test_a_token_is_never_printed(own_sample: SampleProject) -> None:
    url = "http://bot:s3cret-token@127.0.0.1:1/x.git"
    subprocess.run(["git", "remote", "set-url", "origin", url], cwd=own_sample.path, check=True)
    for arguments in (["plan"], ["release", "-v"], ["doctor", "--json"], ["plan", "--json"]):
        done = piped(*arguments, cwd=own_sample.path, GITHUB_TOKEN="s3cret-token")
        assert "127.0.0.1" in done.stdout + done.stderr
        assert "s3cret-token" not in done.stdout + done.stderr


def test_the_option_config_works_before_and_after_the_command(own_sample: SampleProject) -> None:
    (own_sample.path / "other.toml").write_text("[release]\nmajor-on-zero = true\n")
    assert piped("--config", "other.toml", "next", cwd=own_sample.path).stdout == "1.0.0\n"
    assert piped("next", "--config", "other.toml", cwd=own_sample.path).stdout == "1.0.0\n"


def helps() -> list[tuple[str, ...]]:
    return [("--help",), *((command, "--help") for command in COMMANDS)]


@pytest.mark.parametrize("arguments", helps(), ids=" ".join)
def test_help_fits_eighty_columns_and_gives_an_example(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(arguments) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    assert "\n  Example" in out
    for option in ("-C DIR", "--config FILE", "-v, --verbose", "-q, --quiet", "--no-color", "-h, --help"):
        assert option in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([command, "--help"])
    assert "--json" in capsys.readouterr().out


@pytest.mark.parametrize("summary", COMMANDS.values())
def test_the_list_of_commands_has_one_line_each(summary: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([])
    assert any(line.endswith(f"  {summary}") for line in capsys.readouterr().out.splitlines())


def test_an_interrupt_is_printed_with_its_notes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def deploying() -> None:
        interrupt = KeyboardInterrupt()
        interrupt.add_note("1.1.0 has the traffic on this machine")
        raise interrupt

    monkeypatch.setattr(main, "cli", click.Command("shipit", callback=deploying))
    assert run(["--"]) == 130
    said = capsys.readouterr().err.strip().splitlines()
    assert (said[0].partition(";")[0], said[1:]) == ("interrupted", ["  1.1.0 has the traffic on this machine"])


def test_an_interrupt_that_python_wraps_while_it_imports_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def importing() -> None:
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr(main, "cli", click.Command("shipit", callback=importing))
    assert run(["--"]) == 130
    assert capsys.readouterr().err.startswith("interrupted; ")

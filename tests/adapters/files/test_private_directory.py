"""The temporary directory with the logins of one run, which is removed also after a kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shipit.adapters.files.private_directory import DOCKER, SSH, private_directory, remove_all_abandoned

KILLED = """\
import os, sys, tempfile
from shipit.adapters.files.private_directory import private_directory
tempfile.tempdir = sys.argv[1]
with private_directory("logins-") as directory:
    open(directory + "/config.json", "w").close()
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def made_long_ago(directory: Path) -> None:
    os.utime(directory, (0, 0))


def test_only_its_user_can_read_it_and_it_is_removed_at_the_end(place: Path) -> None:
    with private_directory("logins-") as directory:
        assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    assert list(place.iterdir()) == []


def test_the_directory_of_a_killed_run_is_removed_by_the_next_run(place: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, place], check=False)
    assert killed.returncode == -signal.SIGKILL
    with private_directory("logins-") as directory:
        assert list(place.iterdir()) == [Path(directory)]


def test_a_directory_that_a_run_has_just_made_and_not_yet_locked_is_kept(place: Path) -> None:
    (place / "logins-young").mkdir()
    (place / "logins-old").mkdir()
    made_long_ago(place / "logins-old")
    with private_directory("logins-") as directory:
        assert {*place.iterdir()} == {Path(directory), place / "logins-young"}


@pytest.mark.parametrize("variable", ["TMPDIR", "TEMP", "TMP"])
def test_a_run_of_any_kind_removes_the_directories_of_killed_runs(
    place: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(place))
    for name in (f"{DOCKER}left", f"{SSH}left", "shipit-demo-kept"):
        (place / name).mkdir()
        (place / name / "config.json").touch()
    with private_directory(DOCKER) as in_use:
        (Path(in_use) / "config.json").touch()
        remove_all_abandoned()
        assert {*place.iterdir()} == {Path(in_use), place / "shipit-demo-kept"}


def test_a_directory_for_temporary_files_that_does_not_exist_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/nowhere")
    remove_all_abandoned()


def test_the_directory_of_a_running_run_is_kept(place: Path) -> None:
    with private_directory("logins-") as first:
        made_long_ago(Path(first))
        with private_directory("logins-"):
            assert os.path.exists(first)


def test_a_link_with_the_prefix_is_not_followed(place: Path) -> None:
    valued = place / "valued"
    (valued / "file").mkdir(parents=True)
    (place / "logins-link").symlink_to(valued)
    made_long_ago(valued)
    with private_directory("logins-"):
        assert (valued / "file").exists()

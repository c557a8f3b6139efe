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

from shipit.adapters.private_directory import private_directory

KILLED = """\
import os, sys, tempfile
from shipit.adapters.private_directory import private_directory
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
    (left,) = place.iterdir()
    made_long_ago(left)
    with private_directory("logins-") as directory:
        assert list(place.iterdir()) == [Path(directory)]


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

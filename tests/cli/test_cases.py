"""Each folder of cases/ is one command line with its expected result.

    history   a shell script that makes the repository; without it the directory is empty and not a repository.
              `commit MESSAGE [BODY...]` commits all files, `remote` makes a bare `origin` and pushes
    in/       the files of the directory before the script runs
    args      the command line after `shipit`; words like NAME=value at its begin are set as variables
    stdout, stderr, status   the expected output and exit status
    out/      the files that the command is expected to write or change

A missing file means none: no output, status 0, no file written, no ref moved. In the expected texts, $DIR is the
directory above the repository, and $TODAY the date. `SHIPIT_ACCEPT=1 pytest tests/cli` writes the actual results to the
folders, except for crashes; read the diff.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from release.runs import Driver

import templates
from shipit.errors import ShipitError

CASES = Path(__file__).parent / "cases"
ACCEPT = bool(os.environ.get("SHIPIT_ACCEPT"))
PRELUDE = """\
set -e
now=1767225600
commit() {
    now=$((now + 3600))
    for part; do set -- "$@" --message "$part"; shift; done
    git add --all
    GIT_AUTHOR_DATE="$now +0000" GIT_COMMITTER_DATE="$now +0000" \\
        git commit --quiet --allow-empty --cleanup=verbatim "$@"
}
remote() {
    git init --quiet --bare --initial-branch=main ../remote.git
    git remote add origin ../remote.git
    git push --quiet --set-upstream origin HEAD --tags
    git remote set-head origin main
}
"""


@dataclass(frozen=True)
class Result:
    stdout: str = ""
    stderr: str = ""
    status: int = 0


def run(driver: Driver, case: Path, place: Path) -> Result:
    words = shlex.split((case / "args").read_text("utf-8"))
    variables = [word for word in words if re.match("[A-Z_]+=", word)]
    environment = (
        os.environ | dict(word.split("=", 1) for word in variables) | {"GIT_CEILING_DIRECTORIES": str(place.parent)}
    )
    done = driver.run(place, words[len(variables) :], environment)
    return Result(_neutral(done.out, place), _neutral(done.err, place), done.status)


def _neutral(text: str, place: Path) -> str:
    return text.replace(str(place.parent), "$DIR").replace(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "$TODAY")


def files(directory: Path) -> dict[str, bytes]:
    found = (path for path in directory.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in found}


def refs(place: Path) -> str:
    """Return HEAD, the branches and the tags of the clone and of the remote, and the state of the files."""
    asked = [["git", "show-ref", "--head"], ["git", "ls-remote", "origin"], ["git", "status", "--short"]]
    return "".join(subprocess.run(words, cwd=place, capture_output=True, text=True).stdout for words in asked)


def expected(case: Path) -> Result:
    def text(name: str) -> str:
        path = case / name
        return path.read_text("utf-8") if path.exists() else ""

    return Result(text("stdout"), text("stderr"), int(text("status") or 0))


def accept(case: Path, result: Result, written: dict[str, str]) -> None:
    status = f"{result.status}\n" if result.status else ""
    for name, text in {"stdout": result.stdout, "stderr": result.stderr, "status": status}.items():
        (case / name).write_text(text, "utf-8") if text else (case / name).unlink(missing_ok=True)
    shutil.rmtree(case / "out", ignore_errors=True)
    for name, text in written.items():
        (case / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (case / "out" / name).write_text(text, "utf-8")


def make(case: Path, place: Path) -> None:
    shutil.copytree(case / "in", place) if (case / "in").exists() else place.mkdir()
    if (case / "history").exists():
        script = f"{PRELUDE}git init --quiet\n{(case / 'history').read_text('utf-8')}"
        subprocess.run(["sh", "-c", script], cwd=place, check=True)


def begins_with(case: Path) -> str:
    """Return a name that is the same for all cases with the same history and the same files."""
    history = (case / "history").read_bytes() if (case / "history").exists() else b""
    return hashlib.sha256(repr((history, files(case / "in"))).encode()).hexdigest()


@pytest.mark.usefixtures("own_environment")
@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_a_command_line_has_the_result_in_its_folder(case: Path, tmp_path: Path, shared: Path, shipit: Driver) -> None:
    place = tmp_path / "app"
    templates.copy(shared / begins_with(case), tmp_path, lambda room: make(case, room / place.name))
    before, refs_before = files(place), refs(place)
    result = run(shipit, case, place)
    changed = {name: data for name, data in files(place).items() if before.get(name) != data}
    written = {name: _neutral(data.decode("utf-8"), place) for name, data in changed.items()}
    assert result.status in (0, *(kind.exit_code for kind in ShipitError.__subclasses__())), result.stderr
    if ACCEPT:
        accept(case, result, written)
    assert result == expected(case)
    assert written == {name: data.decode("utf-8") for name, data in files(case / "out").items()}
    assert written or refs(place) == refs_before

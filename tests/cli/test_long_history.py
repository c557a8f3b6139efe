"""The changelog of a long history, which is read by two processes, one half each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RELEASES = 240
ONE_PROCESSOR = "import os; os.cpu_count = lambda: 1"
TWO_PROCESSORS = "import os; os.cpu_count = lambda: 2"


def long_history(place: Path, versions: list[str], *, overlapping: bool = False) -> Path:
    """Make a repository with three commits before each release, one of which is on a merged branch.

    With `overlapping`, that branch is merged into the next release.
    """
    stream, mark, tip, waiting = [], 0, 0, 0

    def commit(message: str, *parents: int) -> int:
        nonlocal mark
        mark += 1
        lines = [f"from :{parents[0]}", *(f"merge :{parent}" for parent in parents[1:])] if parents[0] else []
        who = f"Ada <ada@example.org> {1_600_000_000 + mark * 60} +0000"
        body = f"data {len(message.encode())}\n{message}"
        stream.append("\n".join([f"commit refs/heads/main\nmark :{mark}\ncommitter {who}", body, *lines, "\n"]))
        return mark

    for at, version in enumerate(versions):
        base = commit(f"feat(api): feature {at} 검색 (#{at})", tip)
        side = commit(f"fix: error {at}\n\nWhy.\n\nCloses #{at + 1}", base)
        merged, waiting = (waiting or base, side) if overlapping else (side, 0)
        tip = commit(f"Merge pull request #{at} from acme/side", commit(f"docs: {at}", base), merged)
        stream.append(f"reset refs/tags/v{version}\nfrom :{tip}\n\n")
    subprocess.run(["git", "init", "-q", "-b", "main", place], check=True)
    subprocess.run(["git", "fast-import", "--quiet"], cwd=place, input="".join(stream).encode(), check=True)
    return place


def changelog(repository: Path, before: str = TWO_PROCESSORS, *, only: str = "--all") -> tuple[str, int]:
    """Return the printed changelog, and the number of times that `git log` was run."""
    trace = repository / ".git" / "trace"
    trace.write_text("")
    words = ["shipit", "-C", str(repository), "changelog", only]
    code = f"import sys; sys.argv = {words!r}\n{before}\nfrom shipit.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env={**os.environ, "GIT_TRACE": str(trace)}
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, trace.read_text().count("--encoding=UTF-8 -z '--format=%H%x00%P%x00%an")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return long_history(tmp_path_factory.mktemp("long"), [f"1.{at}.0" for at in range(RELEASES)])


@pytest.mark.usefixtures("own_environment")
def test_two_processes_print_the_same_changelog_as_one(repository: Path) -> None:
    text, logs = changelog(repository)
    assert logs == 3  # one to check that the history can be divided
    assert (text, 1) == changelog(repository, ONE_PROCESSOR)
    assert text.count("\n## ") == RELEASES


@pytest.mark.usefixtures("own_environment")
def test_two_processes_print_the_same_as_one_for_a_range_of_releases(repository: Path) -> None:
    text, logs = changelog(repository, only="--from=v1.230.0")
    assert logs == 3
    assert (text, 1) == changelog(repository, ONE_PROCESSOR, only="--from=v1.230.0")
    assert text.count("\n## ") == RELEASES - 231


@pytest.mark.parametrize(("first", "logs"), [(1, 3), (-1, 4)], ids=["lower version above", "higher version below"])
@pytest.mark.usefixtures("own_environment")
def test_a_history_that_cannot_be_divided_is_read_as_a_whole(tmp_path: Path, first: int, logs: int) -> None:
    versions = [f"1.{at}.0" for at in range(RELEASES)]
    odd = long_history(tmp_path / "odd", [*versions[first:], *versions[:first]])
    text, asked = changelog(odd)
    assert asked == logs  # the process for the later half finds a lower version, the other process a higher one
    assert (text, 1) == changelog(odd, ONE_PROCESSOR)


@pytest.mark.usefixtures("own_environment")
def test_a_history_whose_branches_span_every_release_is_read_as_a_whole(tmp_path: Path) -> None:
    overlapping = long_history(tmp_path / "odd", [f"1.{at}.0" for at in range(RELEASES)], overlapping=True)
    text, logs = changelog(overlapping)
    assert logs == 4  # three short ones, and the whole history
    assert (text, 1) == changelog(overlapping, ONE_PROCESSOR)


@pytest.mark.usefixtures("own_environment")
def test_the_error_of_a_template_is_printed_once(repository: Path) -> None:
    (repository / "bad.md.j2").write_text("{{ nothing.here }}")
    done = subprocess.run(
        [sys.executable, "-m", "shipit", "-C", repository, "changelog", "--all", "--template", "bad.md.j2"],
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("is invalid") == 1


@pytest.mark.usefixtures("own_environment")
def test_an_interrupt_while_git_is_being_stopped_ends_the_command(repository: Path) -> None:
    code = f"""
{TWO_PROCESSORS}
import signal, subprocess, sys
kill = subprocess.Popen.kill
def killed(program):
    kill(program)
    os.kill(os.getpid(), signal.SIGINT)
subprocess.Popen.kill = killed
sys.argv = ["shipit", "-C", {str(repository)!r}, "changelog", "--all"]
from shipit.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip().splitlines() == [
        "interrupted; to continue, run the same command again: it skips the steps that are done",
        "  no step was running, so nothing is left half-done",
    ]

"""The contract of running commands of the user, in a shell and in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from shipit.adapters.files.working_tree import WorkingTree
from shipit.adapters.processes.process import Commands
from shipit.core.redact import Redactor
from shipit.errors import CommandError
from shipit.testing import FakeFiles, FakeProcess
from shipit.world import Files, Process

Bench = tuple[Process, Files]


def for_real(tmp_path: Path) -> Bench:
    return Commands(str(tmp_path), Redactor()), WorkingTree(str(tmp_path))


def in_memory(tmp_path: Path) -> Bench:
    def fails(files: FakeFiles, env: Mapping[str, str]) -> None:
        raise CommandError("`exit 3` failed with status 3", argv=["exit 3"], status=3, hint="repair it")

    effects = {
        "echo built > app.jar": lambda files, env: files.edit("app.jar", "built\n"),
        'echo "$SHIPIT_VERSION" > version': lambda files, env: files.edit("version", env["SHIPIT_VERSION"] + "\n"),
        "cat app.jar app.jar > two.jar": lambda files, env: files.edit("two.jar", files.read("app.jar") * 2),
        "exit 3": fails,
    }
    files = FakeFiles()
    return FakeProcess(files, effects), files


@pytest.fixture(params=[in_memory, for_real], ids=lambda make: make.__name__)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    make: Callable[[Path], Bench] = request.param
    return make(tmp_path)


def test_a_command_runs_in_the_repository(bench: Bench) -> None:
    process, files = bench
    process.run("jar", "echo built > app.jar", timeout=60)
    process.run("two", "cat app.jar app.jar > two.jar", timeout=60)
    assert files.read("two.jar") == "built\nbuilt\n"


def test_a_command_gets_the_given_environment(bench: Bench) -> None:
    process, files = bench
    process.run("version", 'echo "$SHIPIT_VERSION" > version', timeout=60, env={"SHIPIT_VERSION": "1.1.0"})
    assert files.read("version") == "1.1.0\n"


def test_a_command_that_ran_is_known_by_its_key(bench: Bench) -> None:
    process, _ = bench
    assert not process.ran("jar")
    process.run("jar", "echo built > app.jar", timeout=60)
    assert process.ran("jar")
    assert not process.ran("echo built > app.jar")


def test_a_file_that_a_command_wrote_does_not_count_as_shipits(bench: Bench) -> None:
    process, files = bench
    process.run("jar", "echo built > app.jar", timeout=60)
    assert not files.wrote("app.jar")


def test_a_failed_command_does_not_count_as_run(bench: Bench) -> None:
    process, _ = bench
    with pytest.raises(CommandError) as raised:
        process.run("fails", "exit 3", timeout=60)
    assert (raised.value.status, raised.value.argv) == (3, ("exit 3",))
    assert "`exit 3`" in raised.value.what
    assert raised.value.hint
    assert not process.ran("fails")


def test_a_command_can_run_again(bench: Bench) -> None:
    process, _ = bench
    for _again in range(2):
        process.run("jar", "echo built > app.jar", timeout=60)
    assert process.ran("jar")

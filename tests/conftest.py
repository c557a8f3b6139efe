"""What every test gets: an environment that knows nothing of the person, the machine or the CI it runs for."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import hypothesis
import hypothesis.configuration
import pytest

from shipit.cli.demo.sample import SampleProject
from templates import copy_of_sample

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# `bench` and `scripts` are run from the root of the repository, and are no part of what is installed.
sys.path.append(str(Path(__file__).parents[1]))

IN_CI = os.environ.get("CI") == "true"

# A build of a few files ends before it pays to optimise code and to collect garbage by several threads.
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# Whatever tells git, shipit or a program it runs about the outside.
FOREIGN = ("AWS_", "CI", "DOCKER_", "GH_", "GIT_", "GITHUB_", "GNUPG", "GPG_", "NO_COLOR", "SHIPIT_", "SSH_", "XDG_")

GIT_CONFIG = """\
[user]
\tname = Test Person
\temail = test.person@example.com
[init]
\tdefaultBranch = main
\ttemplateDir =
[core]
\tfsync = none
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautogc = false
"""

# The tests that were found are a million objects, which stay until the end: a collector would look at all of them often.
gc.disable()

# Whoever runs the tests in the background may have them ignore Ctrl-C; the programs that they start must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Examples are the same on every CI run, so that a red run tells of the change; at a desk they wander.
hypothesis.configuration.set_hypothesis_home_dir(Path(".cache/hypothesis"))
hypothesis.settings.register_profile("suite", deadline=None, derandomize=IN_CI)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home with nothing but an identity for git, no credentials, no CI."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(GIT_CONFIG)
    path = os.environ["PATH"]
    if git := shutil.which("git"):  # found first: each of the many thousand times that it is run, PATH is searched
        (home / "bin").mkdir()
        (home / "bin/git").symlink_to(git)
        path = f"{home / 'bin'}{os.pathsep}{path}"
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(FOREIGN)]:
            patch.delenv(name)
        for name, value in {
            "HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GRADLE_OPTS": QUICK_START,
            "LC_ALL": "C.UTF-8",
            "MAVEN_OPTS": QUICK_START,
            "PATH": path,
            "TERM": "xterm",
            "TZ": "UTC",
        }.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def shared(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all workers of this run share, for what is made once and copied."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    place.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="session")
def new_sample(shared: Path) -> Callable[[Path], SampleProject]:
    """What makes a sample project in a directory, as `make_sample` does, but quickly."""
    return partial(copy_of_sample, shared / "sample")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_skip_in_ci((yield))


def _no_skip_in_ci(report: Report) -> Report:
    """A part that is missing where everything can be installed is a failure, not a green run."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not accept: {report.longrepr}"
    return report

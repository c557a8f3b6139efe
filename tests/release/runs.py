"""Programs that are run: shipit through its driver, git, hooks."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DRIVER = Path(__file__).with_name("driver.py")
PLAIN_DRIVER = Path(__file__).parents[1] / "forked.py"
STOPPED_DRIVER = Path(__file__).parents[1] / "stopped.py"


@dataclass(frozen=True)
class Run:
    """One run of shipit that ended."""

    status: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    def succeeded(self) -> Run:
        assert self.status == 0, f"status {self.status}\n{self.err}"
        return self


@dataclass
class StartedRun:
    """A run of shipit in a process, a process group and a session of its own; it has methods of `Popen`.

    Args:
        pid: the id of the process.
        files: the path of the files with its output (`.out`, `.err`) and its exit status (`.status`), without suffix.
    """

    pid: int
    files: Path

    def poll(self) -> int | None:
        ended = self.files.with_suffix(".status")
        return int(ended.read_text()) if ended.exists() else None

    def wait(self, timeout: float = 60) -> int:
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.files), timeout)
            time.sleep(0.005)
        return status

    def until(self, text: str, timeout: float = 60) -> None:
        """Wait until the run has written a text to standard error."""
        end, errors = time.monotonic() + timeout, self.files.with_suffix(".err")
        while text not in (said := errors.read_text(errors="replace") if errors.exists() else ""):
            assert self.poll() is None and time.monotonic() < end, f"it did not write {text!r}\n{said}"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the run; one that has ended stays as it is, as with `Popen`."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self, timeout: float = 60) -> Run:
        """Wait for the end of the run, and return it."""
        status = self.wait(timeout)
        out, err = (self.files.with_suffix(suffix).read_text(errors="replace") for suffix in (".out", ".err"))
        return Run(status, out, err)


class Driver:
    """A runner of shipit, see driver.py and stopped.py: it starts Python once and forks for each run, which is cheaper."""

    def __init__(self, place: Path, program: Path = DRIVER) -> None:
        self._place = place
        self._numbers = itertools.count()
        self.program = [sys.executable, str(program)]
        self._server = subprocess.Popen(self.program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def run(self, clone: Path, args: Sequence[str], env: Mapping[str, str]) -> Run:
        out, err = self._place / "out", self._place / "err"
        status = self._ask({"args": args, "cwd": str(clone), "env": dict(env), "out": str(out), "err": str(err)})
        return Run(status, out.read_text(errors="replace"), err.read_text(errors="replace"))

    def start(self, clone: Path, args: Sequence[str], env: Mapping[str, str]) -> StartedRun:
        """Start a run without waiting for its end."""
        files = self._place / f"run{next(self._numbers)}"
        out, err, ended = (str(files.with_suffix(suffix)) for suffix in (".out", ".err", ".status"))
        job = {"args": args, "cwd": str(clone), "env": dict(env), "out": out, "err": err, "ended": ended}
        return StartedRun(self._ask(job), files)

    def _ask(self, job: Mapping[str, object]) -> int:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def close(self) -> None:
        self._server.communicate()


def plain_driver() -> Driver:
    """Return the driver that runs `python -m shipit`, as users do; all tests of this process share it."""
    return _shared_driver(PLAIN_DRIVER)


def stopped_driver() -> Driver:
    """Return the driver whose runs can be killed at a write; all tests of this process share it."""
    return _shared_driver(STOPPED_DRIVER)


@cache
def _shared_driver(program: Path) -> Driver:
    place = tempfile.TemporaryDirectory()
    driver = Driver(Path(place.name), program)
    atexit.register(place.cleanup)
    atexit.register(driver.close)
    return driver


def run(*words: object, input: bytes | None = None, env: Mapping[str, str] = {}, ok: Sequence[int] = (0,)) -> str:
    """What a program says; it has to end with one of the statuses `ok`."""
    argv = [str(word) for word in words]
    done = subprocess.run(argv, input=input, capture_output=True, env={**os.environ, **env}, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
    assert done.returncode in ok, f"{argv}\n{said}"
    return done.stdout.decode("utf-8", "surrogateescape")


def ended(process: subprocess.Popen[str], timeout: float = 60) -> Run:
    out, err = process.communicate(timeout=timeout)
    return Run(process.returncode, out, err)


def hook(repository: Path, name: str, script: str) -> None:
    """A hook of a repository, or of a clone's `.git`."""
    place = repository / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)

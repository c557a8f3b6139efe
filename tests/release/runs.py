"""Programs that are run: shipit through its driver, git, hooks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DRIVER = Path(__file__).with_name("driver.py")


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


class Driver:
    """What runs shipit: see driver.py. It starts Python once and forks for each run, which is far cheaper."""

    def __init__(self, place: Path, program: Path = DRIVER) -> None:
        self._place = place
        self.program = [sys.executable, str(program)]
        self._server = subprocess.Popen(self.program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def run(self, clone: Path, args: Sequence[str], env: Mapping[str, str]) -> Run:
        assert self._server.stdin and self._server.stdout
        out, err = self._place / "out", self._place / "err"
        job = {"args": args, "cwd": str(clone), "env": dict(env), "out": str(out), "err": str(err)}
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        status = int(self._server.stdout.readline())
        return Run(status, out.read_text(errors="replace"), err.read_text(errors="replace"))

    def close(self) -> None:
        self._server.communicate()


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

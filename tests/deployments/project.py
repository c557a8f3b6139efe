"""A repository whose environment `prod` is deployed for real; the projects of all kinds of targets have these parts."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

from release.runs import Driver, Run, StartedRun


class Project:
    """A repository below `place`, and the runs of shipit in it with the variables `environment`."""

    def __init__(self, place: Path, driver: Driver, environment: Mapping[str, str]) -> None:
        self.place, self.root, self.state = place, place / "repository", place / "state"
        self.environment: dict[str, str] = dict(environment)
        self._driver = driver
        self.root.mkdir()
        self.git("init", "--quiet", "--initial-branch", "prod")

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def commit_settings(self, images: Iterable[str], target: Iterable[str]) -> None:
        """Write the lines of the images and of the target to shipit.toml, and commit it with all other files."""
        lines = ["[environments.prod]", 'branch = "prod"', *images, "[environments.prod.deploy]", *target, ""]
        (self.root / "shipit.toml").write_text("\n".join(lines))
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "feat: change the settings")

    def run(self, *arguments: str, env: Mapping[str, str] = {}) -> Run:
        """Run shipit to its end."""
        return self._driver.run(self.root, arguments, {**self.environment, **env})

    def deploy(self, version: str, *options: str, env: Mapping[str, str] = {}) -> Run:
        return self.run("deploy", "prod", version, *options, env=env)

    def writes(self, version: str) -> tuple[str, ...]:
        """Deploy a version, and return the names of the writes that this made."""
        path = self.place / "writes"
        self.deploy(version, env={"WRITES": str(path)}).succeeded()
        return tuple(path.read_text().split())

    def start(self, *arguments: str) -> StartedRun:
        """Start shipit in a process group of its own."""
        return self._driver.start(self.root, arguments, self.environment)


def kill_after(run: StartedRun, seconds: float) -> bool:
    """Kill a run with the commands that it started, and return whether it was still running."""
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return True
    return False


def answer_of(url: str) -> str:
    """Return the text that users get at a URL, or the status of an error."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode().strip())
    except urllib.error.HTTPError as error:
        error.close()
        return str(error.code)
    except OSError as error:
        return str(error)

"""Deployments of a static site to moto that are killed by SIGKILL, and then run again, while a client asks all the time.

Each run is a process of its own. The kills are before and after each write, and at 150 random times; each test prints
their number, and that of the pages that the client saw.

pytest -n 0 -s tests/sites/long_killed.py
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.aws import REGION, Aws, aws, moto
from release.runs import Driver, Run
from sites.shop import CONFIG, Shop, behind_edge, polled

pytestmark = pytest.mark.timeout(3_600)
__all__ = ["aws", "moto"]  # fixtures
PROGRAM = Path(__file__).with_name("driver.py")
BUILD = """\
rm -rf dist; mkdir -p dist/assets; version=$(cat version.txt)
echo "run('$version')" > "dist/assets/main-${version}Bx.js"
echo 'run()' > dist/assets/part-BX3a9d2k.js
printf %s "$version" > dist/favicon.ico
echo "<script src=\\"/assets/main-${version}Bx.js\\"></script><script src=\\"/assets/part-BX3a9d2k.js\\">" > dist/index.html
"""
RANDOM = 150


class Project:
    """A repository whose front end is deployed by processes.

    `kills` counts those that were killed, and `seconds` are those of the last run that ended by itself.
    """

    def __init__(self, root: Path, shop: Shop, driver: Driver, endpoint: str) -> None:
        self._root, self._shop, self._driver, self._number = root, shop, driver, 100_000
        self.kills, self.seconds = 0, 1.0
        self._environment = {**os.environ, "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION}
        root.mkdir()
        self._git("init", "--quiet", "--initial-branch", "main")
        config = CONFIG.format(url=shop.url, distribution=shop.distribution).replace("npm run build", "sh build.sh")
        (root / "shipit.toml").write_text(config)
        (root / "build.sh").write_text(BUILD)
        (root / ".gitignore").write_text("dist\n")

    def commit(self) -> str:
        """Commit the next version, and return it."""
        self._number += 1
        (self._root / "version.txt").write_text(str(self._number))
        self._git("add", ".")
        self._git("commit", "--quiet", "--message", f"feat: {self._number}")
        return str(self._number)

    def run(self, *arguments: str, **env: str) -> Run:
        begun = time.monotonic()
        run = self._driver.run(self._root, arguments, {**self._environment, **env})
        self.seconds = time.monotonic() - begun
        return run

    def kill_after(self, seconds: float, *arguments: str) -> None:
        """Start shipit, and kill it after so many seconds; a run that ended before does not count."""
        running = self._driver.start(self._root, arguments, self._environment)
        time.sleep(seconds)
        running.kill()
        self.kills += running.wait() < 0

    def killed(self, at: int, when: str, *arguments: str) -> None:
        """Run shipit, and kill it before or after a write."""
        run = self.run(*arguments, STOP_AT=str(at), STOP_WHEN=when)
        assert run.killed, run.err
        self.kills += 1

    def writes(self, *arguments: str) -> int:
        """Run shipit to its end, and return the number of its writes."""
        file = self._root.with_name("writes")
        self.run(*arguments, WRITES=str(file)).succeeded()
        return len(file.read_text().splitlines())

    @property
    def served(self) -> str:
        """The version that users get."""
        return self._shop.served()

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self._root, check=True, capture_output=True)


@pytest.fixture(scope="module")
def driver(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    driver = Driver(tmp_path_factory.mktemp("driver"), PROGRAM)
    yield driver
    driver.close()


@pytest.fixture
def project(aws: Aws, driver: Driver, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Project]:
    """A project with one version that users get; a client sees no page without its files until the test ends."""
    with behind_edge(aws, 0) as shop:
        project = Project(tmp_path / "repository", shop, driver, aws.endpoint)
        project.commit()
        project.run("deploy", "dev").succeeded()
        with polled(shop) as seen:
            yield project
        assert seen.problems == []
        print(f"\n{request.node.name}: {project.kills} kills, {seen.pages} pages")  # noqa: T201


def test_a_deployment_that_is_killed_at_any_write_is_finished_by_the_same_command(project: Project) -> None:
    project.commit()
    count = project.writes("deploy", "dev")
    assert count > 12
    for at in range(1, count + 1):
        for when in ("before", "after"):
            version = project.commit()
            project.killed(at, when, "deploy", "dev")
            project.run("deploy", "dev").succeeded()
            assert project.served == version, f"{when} {at}"


def test_a_rollback_that_is_killed_at_any_write_is_finished_by_the_same_command(project: Project) -> None:
    before = project.served
    project.commit()
    project.run("deploy", "dev").succeeded()
    count = project.writes("rollback", "dev")
    assert project.served == before
    # After the last write the rollback is finished, and the same command goes back once more.
    for at in range(1, count):
        for when in ("before", "after"):
            before = project.served
            project.commit()
            project.run("deploy", "dev").succeeded()
            project.killed(at, when, "rollback", "dev")
            project.run("rollback", "dev").succeeded()
            assert project.served == before, f"{when} {at}"


def test_a_deployment_that_is_killed_at_any_time_is_finished_by_the_same_command(project: Project) -> None:
    chance = random.Random(17)
    for number in range(RANDOM):
        version = project.commit()
        project.kill_after(chance.uniform(0, project.seconds), "deploy", "dev")
        project.run("deploy", "dev").succeeded()
        assert project.served == version, number

"""Deployments to a service of ECS whose processes are killed by SIGKILL, and then run again.

Each run is a process of its own. The kills are before and after each write, and at random times; each test prints their
number. After each of them the service runs one version, which is the right one, and no version has two task definitions.

pytest -n 2 -s tests/services/long_killed.py
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts.aws import aws, moto
from parts.ecs import BUCKET, Ecs, answer_processes, ecs
from parts.fixtures import registry as registry
from parts.registry import Registry
from release.runs import Driver
from services.killed_shop import Project

from shipit.testing import FakeApp

pytestmark = pytest.mark.timeout(3_600)
__all__ = ["aws", "ecs", "moto"]  # fixtures
PROGRAM = Path(__file__).with_name("driver.py")
CRASHES = FakeApp(ready=100, exits=1, exit_code=3)
WHENS = ("before", "after")
NOTHING_PAUSED, REFUSED, REJECTED = 2, 3, 6  # exit statuses
GOOD, BAD = 80, 30  # random kills; a run that ends before its kill does not count


@pytest.fixture(scope="module")
def driver(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    driver = Driver(tmp_path_factory.mktemp("driver"), PROGRAM)
    yield driver
    driver.close()


@pytest.fixture
def project(
    ecs: Ecs,
    registry: Registry,
    driver: Driver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Project]:
    """A project with one version that shipit deployed."""
    answer_processes(ecs, monkeypatch)
    project = Project(tmp_path / "repository", ecs, registry, driver)
    deploy(project, project.push())
    yield project
    assert set(project.revisions.values()) == {1}, project.revisions
    print(f"\n{request.node.name}: {project.kills} kills", file=sys.stderr)  # noqa: T201  # xdist shows only this


def deploy(project: Project, version: str) -> None:
    """Deploy a version, and require that it serves and is recorded as verified."""
    project.run("deploy", "prod", version).succeeded()
    assert project.served == [version] * 2
    assert project.record[-1] == f"verified {version}"


@pytest.mark.parametrize("bucket", [BUCKET, None], ids=["in a bucket", "in Parameter Store"])
def test_a_killed_deployment_is_finished_by_the_same_command(project: Project, bucket: str | None) -> None:
    project.bucket = bucket
    project.configure()
    deploy(project, project.push())  # the first one in another place begins a new record
    count = project.writes("deploy", "prod", project.push())
    assert count >= 5
    for at in range(1, count + 1):
        for when in WHENS:
            version = project.push()
            project.killed(at, when, "deploy", "prod", version)
            deploy(project, version)


@pytest.mark.parametrize("breaker", [True, False], ids=["breaker", "no breaker"])
def test_a_killed_deployment_of_a_broken_image_ends_with_the_earlier_one(project: Project, breaker: bool) -> None:
    (before, _) = project.served
    project.ecs.scheduler.breaker = breaker
    count = project.writes("deploy", "prod", project.push(app=CRASHES))
    assert project.served == [before] * 2
    for at in range(1, count + 1):
        for when in WHENS:
            version = project.push(app=CRASHES)
            project.killed(at, when, "deploy", "prod", version)
            second = project.run("deploy", "prod", version)
            assert second.status in (REFUSED, REJECTED), second.err
            assert project.served == [before] * 2, f"{when} {at}"


def test_a_killed_rollback_is_finished_by_the_same_command(project: Project) -> None:
    before, _ = project.served
    deploy(project, project.push())
    count = project.writes("rollback", "prod")
    assert project.served == [before] * 2
    for at in range(
        1, count
    ):  # after the last write the rollback is finished, and the same command goes back once more
        for when in WHENS:
            deploy(project, project.push())
            project.killed(at, when, "rollback", "prod")
            project.run("rollback", "prod").succeeded()
            assert project.served == [before] * 2, f"{when} {at}"


def test_a_killed_deployment_with_a_migration_is_finished_and_runs_it_once(project: Project) -> None:
    project.configure('migrate = ["app", "--migrate"]\nverify = ["true"]')
    count = project.writes("deploy", "prod", project.push())
    for at in range(1, count + 1):
        for when in WHENS:
            version = project.push()
            jobs = len(project.ecs.jobs)
            project.killed(at, when, "deploy", "prod", version)
            deploy(project, version)
            assert len(project.ecs.jobs) == jobs + 1, f"{when} {at}"


def paused(project: Project) -> str:
    """Deploy the next version until it waits for an approval, and return it."""
    version = project.push()
    found = project.run("deploy", "prod", version).succeeded()
    assert "waits for an approval" in found.err
    return version


def test_a_killed_approval_is_finished_by_deploying_again(project: Project) -> None:
    project.ecs.scheduler.strategy, project.ecs.scheduler.pauses = "CANARY", ("POST_SCALE_UP",)
    paused(project)
    count = project.writes("approve", "prod")
    for at in range(1, count + 1):
        for when in WHENS:
            version = paused(project)
            project.killed(at, when, "approve", "prod")
            approved = project.run("approve", "prod")
            assert approved.status in (0, NOTHING_PAUSED), approved.err
            deploy(project, version)


def test_a_killed_rejection_ends_with_the_earlier_version(project: Project) -> None:
    before, _ = project.served
    project.ecs.scheduler.strategy, project.ecs.scheduler.pauses = "BLUE_GREEN", ("POST_SCALE_UP",)
    paused(project)
    count = project.writes("approve", "prod", "--reject")
    assert project.served == [before] * 2
    for at in range(1, count + 1):
        for when in WHENS:
            version = paused(project)
            project.killed(at, when, "approve", "prod", "--reject")
            again = project.run("approve", "prod", "--reject")
            assert again.status in (0, NOTHING_PAUSED), again.err
            last = project.run("deploy", "prod", version)
            assert last.status in (REFUSED, REJECTED), last.err
            assert project.served == [before] * 2, f"{when} {at}"


def test_a_deployment_that_is_killed_at_any_time_is_finished_by_the_same_command(project: Project) -> None:
    chance = random.Random(17)
    for number in range(GOOD):
        version = project.push(app=FakeApp(ready=chance.choice([0, 1, 5])))
        kill_after(project, chance.uniform(0, project.seconds), "deploy", "prod", version)
        project.run("deploy", "prod", version).succeeded()
        assert project.served == [version] * 2, number
        assert project.record[-1] == f"verified {version}", number


def test_a_broken_image_whose_deployment_is_killed_at_any_time_ends_with_the_earlier_one(project: Project) -> None:
    before, _ = project.served
    chance = random.Random(18)
    for number in range(BAD):
        version = project.push(app=CRASHES)
        kill_after(project, chance.uniform(0, project.seconds), "deploy", "prod", version)
        second = project.run("deploy", "prod", version)
        assert second.status in (REFUSED, REJECTED), second.err
        assert project.served == [before] * 2, number


def kill_after(project: Project, seconds: float, *arguments: str) -> None:
    """Start shipit, and kill it after so many seconds; a run that ended before does not count."""
    running = project.start(*arguments)
    time.sleep(seconds)
    running.kill()
    project.kills += running.wait() < 0

"""Deployments to a service of a real swarm that are killed; the same command then finishes them.

It takes about half an hour; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 3 tests/deployments/long_swarm_kills.py

RESULTS=FILE gets a line for each test: the kills and the runs.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from deployments.project import kill_after
from deployments.shop import REFUSED, REJECTED
from deployments.swarm_shop import SwarmShop
from deployments.test_killed import Kill

WRITES = ("host.lock", "host.write", "services.update", "host.write")
KILLS = {"deployment": 56, "failure": 24, "rollback": 24, "migration": 16}
VERSIONS = ("2.0.0", "2.1.0")
BAD = "2.8.0"
pytestmark = [pytest.mark.timeout(7200)]


@pytest.fixture
def shop(swarm_shop: SwarmShop) -> SwarmShop:
    for version in VERSIONS:
        swarm_shop.apps(version, healthcheck=True)
    swarm_shop.create(VERSIONS[0], replicas=1)
    swarm_shop.deploy(VERSIONS[0]).succeeded()
    return swarm_shop


def kill(shop: SwarmShop, seconds: float, *arguments: str) -> bool:
    """Start a run and kill it after some time; return whether it was not done before."""
    return kill_after(shop.start(*arguments), seconds)


def report(line: str) -> None:
    with open(os.environ.get("RESULTS", os.devnull), "a", encoding="utf-8") as results:
        results.write(f"{line}\n")


def test_a_deployment_killed_at_each_write_is_finished_by_the_same_command(shop: SwarmShop) -> None:
    kills = [Kill(at, when) for at in range(1, len(WRITES) + 1) for when in ("before", "after")]
    for number, each in enumerate(kills, 1):
        version = VERSIONS[number % 2]
        assert shop.deploy(version, env=each.environment).killed, each
        shop.deploy(version).succeeded()
        shop.consistent(version, 1)
    report(f"deployment: {len(kills)} kills at writes")


def test_a_deployment_killed_at_a_random_time_is_finished_by_the_same_command(shop: SwarmShop) -> None:
    chance, kills, number = random.Random(16), 0, 0
    while kills < KILLS["deployment"]:
        number += 1
        version = VERSIONS[number % 2]
        kills += kill(shop, chance.uniform(0.3, 6), "deploy", "prod", version)
        shop.deploy(version).succeeded()
        shop.consistent(version, 1)
    report(f"deployment: {kills} kills in {number} runs")


def test_a_failing_deployment_killed_at_a_random_time_ends_with_the_version_before(shop: SwarmShop) -> None:
    shop.apps(BAD, healthcheck=True, exit_now=True)
    chance, kills, number = random.Random(17), 0, 0
    statuses = []
    while kills < KILLS["failure"]:
        number += 1
        kills += kill(shop, chance.uniform(0.3, 8), "deploy", "prod", BAD, "--retry")
        again = ["--retry"] * (number % 2)  # without it, the version can be held already
        statuses.append(shop.deploy(BAD, *again).status)
        assert statuses[-1] == REJECTED or (statuses[-1] == REFUSED and not again)
        shop.consistent(VERSIONS[0], 1)
    report(f"failure: {kills} kills in {number} runs; statuses afterwards: {statuses}")


def test_a_rollback_killed_at_a_random_time_is_finished_by_the_same_command(shop: SwarmShop) -> None:
    chance, kills, number = random.Random(18), 0, 0
    while kills < KILLS["rollback"]:
        number += 1
        shop.deploy(VERSIONS[1], "--retry").succeeded()
        kills += kill(shop, chance.uniform(0.3, 6), "rollback", "prod", VERSIONS[0])
        shop.run("rollback", "prod", VERSIONS[0]).succeeded()
        shop.consistent(VERSIONS[0], 1)
    report(f"rollback: {kills} kills in {number} runs")


def test_a_killed_deployment_with_a_migration_is_finished_and_runs_it_once(
    swarm_shop: SwarmShop, tmp_path: Path
) -> None:
    shop, chance, kills, number = swarm_shop, random.Random(19), 0, 0
    (data := tmp_path / "data").mkdir()
    shop.create(VERSIONS[0], "--mount", f"type=bind,source={data},target=/data", replicas=1)
    shop.apps(VERSIONS[1], healthcheck=True)
    shop.configure(migrate=["sh", "-c", "echo $VERSION >>/data/migrations; sleep 1"], verify=["true"])
    while kills < KILLS["migration"]:
        number += 1
        version = VERSIONS[number % 2]
        kills += kill(shop, chance.uniform(0.3, 9), "deploy", "prod", version)
        shop.deploy(version).succeeded()
        shop.consistent(version, 1)
        assert len((data / "migrations").read_text().splitlines()) == number
    report(f"migration: {kills} kills in {number} runs")

"""Deployments to a real compose project that are killed at every write and at random times; `make test` leaves this out.

KILLS=50 .venv/bin/pytest -n 3 tests/deployments/long_compose_kills.py

RESULTS=FILE gets a line for each test: the kills, the requests, and those that were lost.
"""

from __future__ import annotations

import os
import random

import pytest
from deployments.compose import ComposeShop
from deployments.project import kill_after
from deployments.test_compose import apps_of_services as apps_of_services
from deployments.test_compose import shop as shop
from deployments.test_killed import VERSIONS, Kill
from parts.daemon import free_port
from parts.load import Load

RANDOM = int(os.environ.get("KILLS", "50"))
PAUSE = 0.1  # seconds between two requests of a user
pytestmark = pytest.mark.timeout(7200)


@pytest.mark.parametrize("group", [False, True])
def test_a_deployment_killed_at_any_write_is_finished_by_the_same_command(shop: ComposeShop, group: bool) -> None:
    shop.configure(bake="2s")
    shop.deploy(VERSIONS[0]).succeeded()
    writes = len(shop.writes(VERSIONS[1]))
    every = [Kill(at, when, group) for at in range(1, writes + 1) for when in ("before", "after")]
    with (
        shop.load("backend", clients=8, pause=PAUSE) as backend,
        shop.load("frontend", clients=8, pause=PAUSE) as frontend,
    ):
        for number, kill in enumerate(every):
            version = VERSIONS[number % 2]
            assert shop.deploy(version, env=kill.environment).killed, kill
            again = shop.deploy(version)
            assert again.status == 0, (kill, again.err)
            shop.consistent(version)
    report(f"every write, group {group}", len(every), backend, frontend)
    assert (backend.result.lost, frontend.result.lost) == (0, 0), (backend.result, frontend.result)


def test_a_deployment_killed_at_a_random_time_is_finished_by_the_same_command(shop: ComposeShop) -> None:
    shop.configure(bake="2s")
    shop.deploy(VERSIONS[0]).succeeded()
    chance, killed = random.Random(16), 0
    with (
        shop.load("backend", clients=8, pause=PAUSE) as backend,
        shop.load("frontend", clients=8, pause=PAUSE) as frontend,
    ):
        for number in range(1, RANDOM + 1):
            version = VERSIONS[number % 2]
            killed += kill_after(shop.start("deploy", "prod", version), chance.uniform(0.5, 12))
            again = shop.deploy(version)
            assert again.status == 0, again.err
            shop.consistent(version)
    report("random times", killed, backend, frontend)
    assert (backend.result.lost, frontend.result.lost) == (0, 0), (backend.result, frontend.result)


def test_a_replacement_in_place_killed_at_a_random_time_is_finished_by_the_same_command(shop: ComposeShop) -> None:
    shop.write(backend={"ports": [f"127.0.0.1:{free_port()}:8080"], "container_name": f"{shop.name}-the-backend"})
    shop.configure(bake="0s", downtime=True)
    shop.deploy(VERSIONS[0]).succeeded()
    chance, killed = random.Random(17), 0
    for number in range(1, RANDOM + 1):
        version = VERSIONS[number % 2]
        killed += kill_after(shop.start("deploy", "prod", version), chance.uniform(0.5, 8))
        again = shop.deploy(version)
        assert again.status == 0, again.err
        shop.consistent(version)
    report("in place at random times", killed)


def report(name: str, killed: int, *users: Load) -> None:
    requests, lost = (sum(getattr(each.result, what) for each in users) for what in ("requests", "lost"))
    with open(os.environ.get("RESULTS", os.devnull), "a", encoding="utf-8") as results:
        results.write(f"{name}: {killed} kills, {requests} requests, {lost} lost\n")

"""Deployments by Watchtower that are killed at every write and at random times; `make test` leaves this file out.

KILLS=30 .venv/bin/pytest -n 0 -s tests/deployments/long_watchtower_kills.py
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from deployments.project import kill_after
from deployments.test_killed import VERSIONS, Kill
from deployments.test_watchtower import WatchedShop
from deployments.test_watchtower import shop as shop

RANDOM = int(os.environ.get("KILLS", "30"))
BUSY = 5
pytestmark = pytest.mark.timeout(3600)


def finishes(shop: WatchedShop, version: str) -> None:
    """The same command ends well: the version runs, its tag is moved, and a third run writes nothing but the lock.

    While Watchtower is busy with the update of the killed run, the command says so and asks to be repeated.
    """
    again = shop.run("deploy", "prod", version)
    while again.status == BUSY and "was busy with another update" in again.err:
        again = shop.run("deploy", "prod", version)
    again.succeeded()
    assert (shop.runs(shop.apps(version)), shop.tagged()) == (True, shop.apps(version).digest)
    assert writes(shop, version) <= 1


def writes(shop: WatchedShop, version: str) -> int:
    names = shop.root.parent / "writes"
    shop.run("deploy", "prod", version, WRITES=str(names)).succeeded()
    return len(Path(names).read_text().split())


def test_a_deployment_killed_at_any_write_is_finished_by_the_same_command(shop: WatchedShop) -> None:
    shop.begin()
    shop.run("deploy", "prod", VERSIONS[0]).succeeded()
    moments = range(1, writes(shop, VERSIONS[1]) + 1)
    kills = [Kill(at, when, group) for at in moments for when in ("before", "after") for group in (False, True)]
    for number, kill in enumerate(kills):
        version = VERSIONS[number % 2]
        assert shop.run("deploy", "prod", version, **kill.environment).killed, kill
        finishes(shop, version)
    print(f"\nwatchtower: {len(kills)} kills at {len(moments)} writes")  # noqa: T201


def test_a_deployment_killed_at_a_random_time_is_finished_by_the_same_command(shop: WatchedShop) -> None:
    shop.begin()
    shop.run("deploy", "prod", VERSIONS[0]).succeeded()
    chance, killed = random.Random(18), 0
    for number in range(1, RANDOM + 1):
        version = VERSIONS[number % 2]
        killed += kill_after(shop.start("deploy", "prod", version), chance.uniform(0, 3.7))
        finishes(shop, version)
    print(f"\nwatchtower: {killed} kills at random times")  # noqa: T201

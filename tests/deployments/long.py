"""The same promises with figures that take minutes; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 0 -s tests/deployments/long.py
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from deployments.conftest import VARIANTS
from deployments.project import kill_after
from deployments.shop import Shop
from deployments.test_killed import EVERY, GROUPS, VERSIONS, kill_and_repeat
from parts.load import Mode

REQUESTS, DEPLOYMENTS = 50_000, 10
pytestmark = pytest.mark.timeout(3600)


@pytest.mark.parametrize("mode", ["close", "keep"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_many_deployments_lose_none_of_many_requests(new_shop: Callable[[str], Shop], variant: str, mode: Mode) -> None:
    shop = new_shop(variant)
    shop.deploy(VERSIONS[0]).succeeded()
    requests, deployments, reasons, slowest = 0, 0, Counter[str](), 0.0
    while requests < REQUESTS or deployments < DEPLOYMENTS:
        with shop.load(mode, clients=16) as running:
            for _ in range(5):
                deployments += 1
                shop.deploy(VERSIONS[deployments % 2]).succeeded()
        requests += running.result.requests
        reasons.update(running.result.reasons)
        if running.result.lost:
            print(f"\n{running.result}")  # noqa: T201
        slowest = max(slowest, running.result.slowest)
    print(  # noqa: T201
        f"\n{variant} {mode}: {requests} requests, {deployments} deployments, lost: {dict(reasons) or 'none'}, slowest {slowest} s"
    )
    assert not reasons


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_deployment_killed_at_any_moment_is_finished_by_the_same_command(
    new_shop: Callable[[str], Shop], variant: str
) -> None:
    kill_and_repeat(new_shop(variant), (*EVERY, *GROUPS))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_deployment_killed_at_a_random_time_is_finished_by_the_same_command(
    new_shop: Callable[[str], Shop], variant: str
) -> None:
    shop = new_shop(variant)
    chance = random.Random(14)
    killed = 0
    shop.deploy(VERSIONS[0]).succeeded()
    with shop.load(clients=16, pause=0.01) as running:
        for number in range(1, 21):
            version = VERSIONS[number % 2]
            killed += kill_after(shop.start("deploy", "prod", version), chance.uniform(0, 2.7))
            shop.deploy(version).succeeded()
            shop.consistent(version)
    print(  # noqa: T201
        f"\n{variant}: {killed} kills, {running.result.requests} requests, {running.result.lost} lost"
    )
    assert running.result.lost == 0, running.result

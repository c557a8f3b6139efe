"""Deployments to a real swarm of three nodes, in network namespaces of their own, while users send requests.

It takes about ten minutes; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 0 -s tests/deployments/long_swarm_nodes.py
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployments.shop import REJECTED, Apps
from deployments.swarm_shop import SwarmShop
from parts.daemon import wait_until
from parts.load import Load, Mode
from parts.registry import Registry
from parts.swarm import Swarm, swarm
from release.runs import Driver

VERSIONS = ("2.0.0", "2.1.0")
SLOW = "2.2.0"  # listens two seconds after its start
UNKNOWN = 7  # the exit status if no version can be verified
REPLICAS, DEPLOYMENTS = 4, 6
pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def three_nodes(registry: Registry) -> Iterator[Swarm]:
    with swarm(registry, nodes=3) as found:
        yield found


@pytest.fixture
def shop(apps: Apps, three_nodes: Swarm, driver: Driver, tmp_path: Path) -> Iterator[SwarmShop]:
    """Return a project whose service runs on all nodes; afterwards all nodes are usable again."""
    found = begun(SwarmShop(tmp_path, apps, three_nodes, driver))
    yield found
    found.close()
    for number in (2, 3):
        three_nodes.cut(number, restore=True)
    three_nodes.available(2)
    wait_until(lambda: three_nodes.ready() == 3)


def begun(shop: SwarmShop) -> SwarmShop:
    """Return the project after its first version is deployed."""
    for version in VERSIONS:
        shop.apps(version, healthcheck=True)
    shop.apps(SLOW, healthcheck=True, boot_delay=2)
    shop.configure(within="300s")
    shop.create(VERSIONS[0], "--health-start-period", "10s", replicas=REPLICAS)
    shop.deploy(VERSIONS[0]).succeeded()
    return shop


@pytest.mark.parametrize("mode", ["close", "post"])
def test_updates_lose_no_request(shop: SwarmShop, mode: Mode) -> None:
    with shop.users(mode) as running:
        for number in range(1, DEPLOYMENTS):
            shop.deploy(VERSIONS[number % 2]).succeeded()
        shop.deploy(SLOW).succeeded()
    report(f"{mode}, {DEPLOYMENTS} deployments", running)
    result = running.result
    assert result.lost == 0, result
    assert set(result.versions) == {f"version {version}" for version in (*VERSIONS, SLOW)}


def test_plain_updates_of_the_swarm_for_comparison(shop: SwarmShop) -> None:
    """Print what the swarm loses without shipit, on the same machine at the same load."""
    with shop.users() as running:
        for number in range(1, DEPLOYMENTS + 1):
            image = shop.apps(VERSIONS[number % 2], healthcheck=True)
            shop.swarm.manager.docker("service", "update", "--quiet", "--image", image.by_digest, shop.service)
            while shop.runs() != [image.digest] * REPLICAS:
                time.sleep(0.2)
    report("docker service update", running)


def report(name: str, running: Load) -> None:
    result = running.result
    print(f"\n{name}: {result.requests} requests, lost {result.lost} {result.reasons}")  # noqa: T201


def during_an_update(shop: SwarmShop, trouble: Callable[[int], None], node: int) -> Load:
    """Cause trouble for a node while the service is updated, and return the load after the deployment succeeded."""
    new = shop.apps(VERSIONS[1], healthcheck=True).digest
    with shop.users() as running:
        process = shop.start("deploy", "prod", VERSIONS[1])
        wait_until(lambda: new in shop.runs())
        trouble(node)
        assert process.wait(600) == 0
    shop.consistent(VERSIONS[1], REPLICAS)
    return running


def test_a_node_that_is_lost_while_the_service_is_updated_does_not_stop_the_deployment(shop: SwarmShop) -> None:
    report("node lost", during_an_update(shop, shop.swarm.cut, 3))


def test_a_node_that_is_lost_while_the_service_is_watched_does_not_stop_the_deployment(shop: SwarmShop) -> None:
    shop.configure(bake="20s")
    new = shop.apps(VERSIONS[1], healthcheck=True).digest
    process = shop.start("deploy", "prod", VERSIONS[1])
    wait_until(lambda: shop.runs() == [new] * REPLICAS)
    shop.swarm.cut(3)
    assert process.wait(600) == 0
    shop.consistent(VERSIONS[1], REPLICAS)


def test_a_node_that_is_drained_while_the_service_is_updated_loses_no_request(shop: SwarmShop) -> None:
    report("node drained", during_an_update(shop, shop.swarm.drain, 2))


def test_a_bad_version_on_three_nodes_ends_with_the_old_one_and_loses_no_request(shop: SwarmShop) -> None:
    shop.apps("2.7.0", healthcheck=True, fail_health=True)
    with shop.users() as running:
        failed = shop.deploy("2.7.0")
    assert failed.status == REJECTED, failed.err
    shop.consistent(VERSIONS[0], REPLICAS)
    report("bad version", running)
    assert running.result.lost == 0, running.result


def test_the_status_after_the_loss_of_the_leader_says_which_version_serves(
    registry: Registry, apps: Apps, driver: Driver, tmp_path: Path
) -> None:
    with swarm(registry, nodes=3, leader=2) as found:
        shop = begun(SwarmShop(tmp_path, apps, found, driver))
        new = apps(VERSIONS[1], healthcheck=True).digest
        process = shop.start("deploy", "prod", VERSIONS[1])
        wait_until(lambda: new in shop.runs())
        found.cut(2)
        status = process.wait(600)
        assert status in (0, REJECTED, UNKNOWN)  # sometimes an engine starts no task any more after the election
        if status != UNKNOWN:
            shop.consistent(VERSIONS[1] if status == 0 else VERSIONS[0], REPLICAS)
        shop.close()
    print(f"\nleader lost: status {status}")  # noqa: T201

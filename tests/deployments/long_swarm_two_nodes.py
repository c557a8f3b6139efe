"""Deployments to a real swarm of two nodes, one of which is drained or lost meanwhile.

`long_swarm_nodes.py` has the same with three nodes and under load, and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployments.shop import REJECTED, Apps
from deployments.swarm_shop import SwarmShop
from parts.daemon import wait_until
from parts.engine import Engine
from parts.registry import Registry
from parts.swarm import swarm
from release.runs import Driver

pytestmark = pytest.mark.slow
OLD, NEW = "2.0.0", "2.1.0"
REPLICAS = 2
PATIENCE = 180  # seconds, for an update and the way back


@pytest.fixture
def shop(engine: Engine, registry: Registry, driver: Driver, tmp_path: Path) -> Iterator[SwarmShop]:
    """A project whose service has a task on each node."""
    with swarm(registry, nodes=2) as found:
        shop = SwarmShop(tmp_path, Apps(engine, registry, "acme/swarm"), found, driver)
        shop.apps(NEW, healthcheck=True)
        shop.create(OLD, replicas=REPLICAS)
        yield shop


def deploy(shop: SwarmShop, version: str, trouble: Callable[[int], None]) -> None:
    """Cause trouble for the second node while the service is updated to a version; the same command then finishes it.

    If a new task was just started on this node, the swarm takes its end for a failure, and rolls back.
    """
    digest, before = shop.apps(version, healthcheck=True).digest, shop.runs()
    process = shop.start("deploy", "prod", version)
    wait_until(lambda: digest in shop.runs())
    trouble(2)
    first = process.end(PATIENCE)
    assert first.status in (0, REJECTED), first.err
    if first.status == REJECTED:
        assert "because a node with a new task was drained or lost" in first.err
        assert shop.runs() == before
    shop.deploy(version).succeeded()
    shop.consistent(version, REPLICAS)


def test_a_node_that_is_drained_or_lost_meanwhile_leaves_one_version_and_a_second_run_finishes(shop: SwarmShop) -> None:
    deploy(shop, NEW, shop.swarm.drain)
    shop.swarm.available(2)
    deploy(shop, OLD, shop.swarm.cut)

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clusters.shop import KUBECONFIG, PROGRAM, Cluster, Shop
from parts.fixtures import registry as registry
from parts.kubernetes.client import Api
from parts.kubernetes.node import Node, working
from parts.registry import Registry
from release.runs import Driver
from standin.kubernetes.server import ADMIN, READER, KubernetesStandIn, serve


@pytest.fixture(scope="session")
def driver(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    driver = Driver(tmp_path_factory.mktemp("driver"), PROGRAM)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with its node, once for a worker."""
    nodes: list[Node] = []
    standin = KubernetesStandIn(lambda image: nodes[0].log(image))
    place = tmp_path_factory.mktemp("kubernetes")
    kubeconfig, certificate = place / "config", place / "server.pem"
    with serve(standin, certificate) as url:
        nodes.append(Node(Api(url, ADMIN, certificate)))
        kubeconfig.write_text(KUBECONFIG.format(url=url, certificate=certificate, admin=ADMIN, reader=READER))
        with working(nodes[0]) as node:
            yield Cluster(node.api, node, kubeconfig)


@pytest.fixture
def new_shop(cluster: Cluster, registry: Registry, driver: Driver, tmp_path: Path) -> Callable[[], Shop]:
    """Make a project; one for each test."""
    return lambda: Shop(tmp_path, cluster, registry, driver)


@pytest.fixture
def shop(new_shop: Callable[[], Shop]) -> Shop:
    """A project whose Deployment an administrator created with the image 0.9.0."""
    shop = new_shop()
    shop.apply()
    return shop

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clusters.shop import KUBECONFIG, PROGRAM, Cluster, Shop
from parts.fixtures import registry as registry
from parts.kubernetes.client import Api
from parts.kubernetes.control_plane import ADMIN, READER, control_plane
from parts.kubernetes.kubelet import registered
from parts.kubernetes.node import Node, working
from parts.registry import Registry
from release.runs import Driver
from standin.kubernetes.server import KubernetesStandIn, serve

PATIENCE = 900  # seconds for a test of many calls of kubectl, on a machine that is busy
REAL = os.environ.get("SHIPIT_KUBERNETES") == "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.fixture(scope="session")
def driver(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    driver = Driver(tmp_path_factory.mktemp("driver"), PROGRAM)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with its node, once for a worker: the stand-in, or the real one if SHIPIT_KUBERNETES is `real`."""
    place = tmp_path_factory.mktemp("kubernetes")
    standin = KubernetesStandIn({ADMIN: True, READER: False}, lambda image: nodes[0].log(image))
    nodes: list[Node] = []
    with real_node() if REAL else standin_node(standin, nodes, place / "server.pem") as node, working(node):
        settings = {"url": node.api.url, "certificate": node.api.certificate, "admin": ADMIN, "reader": READER}
        kubeconfig = place / "config"
        kubeconfig.write_text(KUBECONFIG.format(**settings))
        yield Cluster(node.api, node, kubeconfig, standin)


@contextmanager
def standin_node(standin: KubernetesStandIn, nodes: list[Node], certificate: Path) -> Iterator[Node]:
    with serve(standin, certificate) as url:
        nodes.append(Node(Api(url, ADMIN, certificate)))
        yield nodes[0]


@contextmanager
def real_node() -> Iterator[Node]:
    with control_plane() as api:
        node = Node(api)
        with registered(node):
            yield node


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

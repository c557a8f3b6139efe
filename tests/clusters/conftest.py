from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clusters.in_process import LocalDriver, LocalKubectl
from clusters.shop import KUBECONFIG, Cluster, Shop
from parts.fixtures import registry as registry
from parts.kubernetes.control_plane import ADMIN, READER, control_plane
from parts.kubernetes.kubelet import registered
from parts.kubernetes.node import Node, working
from parts.registry import Registry
from release.runs import Driver, stopped_driver
from standin.kubernetes.direct import DirectClient
from standin.kubernetes.server import KubernetesStandIn, serve

from shipit.adapters.kubernetes.kubectl import Kubectl

PATIENCE = 900  # seconds for a test of many calls of kubectl, on a machine that is busy
REAL = os.environ.get("SHIPIT_KUBERNETES") == "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/clusters/"):
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.fixture(scope="session")
def driver(own_environment: None) -> Driver:
    return stopped_driver()


@pytest.fixture(scope="session")
def started_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose node does not work yet, once for a worker: the stand-in, or if SHIPIT_KUBERNETES is `real`, that."""
    with (real_cluster if REAL else standin_cluster)(tmp_path_factory.mktemp("kubernetes")) as cluster:
        yield cluster


@pytest.fixture
def cluster(started_cluster: Cluster) -> Iterator[Cluster]:
    """A cluster with its node, which works during the test; the stand-in then forgets all objects."""
    with working(started_cluster.node):
        yield started_cluster
    started_cluster.standin.forget()


@contextmanager
def standin_cluster(place: Path) -> Iterator[Cluster]:
    standin = KubernetesStandIn({ADMIN: True, READER: False}, lambda image: node.log(image))
    node, certificate = Node(DirectClient(standin, ADMIN)), place / "server.pem"
    with serve(standin, certificate) as url:
        yield Cluster(node.api, node, write_kubeconfig(place, url, certificate), standin)


@contextmanager
def real_cluster(place: Path) -> Iterator[Cluster]:
    unused = KubernetesStandIn({}, str)
    with control_plane() as api:
        node = Node(api)
        with registered(node):
            yield Cluster(api, node, write_kubeconfig(place, api.url, api.certificate), unused)


def write_kubeconfig(place: Path, url: str, certificate: Path) -> Path:
    path = place / "config"
    path.write_text(KUBECONFIG.format(url=url, certificate=certificate, admin=ADMIN, reader=READER))
    return path


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


@pytest.fixture
def quick_shop(
    cluster: Cluster,
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Shop:
    """A project as `shop`, whose runs start no process: with the stand-in, each call of kubectl is answered in memory."""
    if REAL:
        found: Shop = request.getfixturevalue("shop")
        return found
    kubectl = LocalKubectl(cluster.standin, cluster.node)
    monkeypatch.setattr(Kubectl, "_call", lambda _, *call: kubectl.call(*call))
    shop = Shop(tmp_path, cluster, registry, LocalDriver())
    shop.apply()
    return shop

"""Deployments whose engine dies, or whose SSH connection is cut, in the middle; the same command then finishes them.

It takes some minutes; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 0 -s tests/deployments/long_outages.py
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployments.compose import SERVICES, ComposeShop
from deployments.proxies import NGINX
from deployments.shop import Apps
from deployments.swarm_shop import SwarmShop
from parts.daemon import wait_until
from parts.dockerd import Switch, switched_engine
from parts.engine import Engine
from parts.registry import Registry
from parts.sshd import SshServer, ssh_server
from parts.swarm import Swarm, swarm
from release.runs import Driver, Run

pytestmark = pytest.mark.timeout(900)
CONFLICT, REMOTE, REJECTED, UNKNOWN = 3, 5, 6, 7  # exit statuses
COMPOSE, SWARM = ("1.0.0", "1.1.0"), ("2.0.0", "2.1.0")
LONGEST = 300  # seconds


@pytest.fixture(scope="module")
def switched() -> Iterator[tuple[Engine, Switch]]:
    with switched_engine() as found:
        yield found


@pytest.fixture(scope="module")
def apps_of_services(switched: tuple[Engine, Switch], registry: Registry) -> dict[str, Apps]:
    """The images of both services of the compose project."""
    found = {service: Apps(switched[0], registry, f"acme/{service}") for service in SERVICES}
    for apps in found.values():
        for version in COMPOSE:
            apps(version)
    return found


@pytest.fixture
def compose(apps_of_services: dict[str, Apps], driver: Driver, tmp_path: Path) -> Iterator[ComposeShop]:
    """A compose project whose first version is deployed."""
    shop = ComposeShop(tmp_path, apps_of_services, driver, NGINX)
    shop.configure(bake="3s")
    try:
        shop.up()
        shop.deploy(COMPOSE[0]).succeeded()
        yield shop
    finally:
        shop.close()


@pytest.fixture(scope="module")
def one_node(registry: Registry) -> Iterator[Swarm]:
    with swarm(registry, switches=True) as found:
        yield found


@pytest.fixture
def service(one_node: Swarm, engine: Engine, registry: Registry, driver: Driver, tmp_path: Path) -> Iterator[SwarmShop]:
    """A service of a swarm whose first version is deployed."""
    shop = SwarmShop(tmp_path, Apps(engine, registry, "acme/swarm"), one_node, driver)
    shop.apps(SWARM[1], healthcheck=True)
    shop.configure(bake="3s")
    shop.create(SWARM[0], replicas=1)
    shop.deploy(SWARM[0]).succeeded()
    yield shop
    shop.close()


def during(shop: ComposeShop | SwarmShop, version: str, moment: Callable[[], bool], trouble: Callable[[], None]) -> Run:
    """Cause trouble at a moment of a deployment, and return how this ended."""
    process = shop.start("deploy", "prod", version)
    wait_until(moment)
    trouble()
    run = process.end(LONGEST)
    print(f"\nstatus {run.status}\n{run.err}")  # noqa: T201
    assert "Traceback" not in run.err
    return run


def finish(shop: ComposeShop | SwarmShop, version: str) -> None:
    """Run the same command again as soon as the host has freed the lock of the run before."""
    wait_until(lambda: all(free(lock) for lock in shop.state.glob("*.lock")))
    shop.deploy(version).succeeded()


def free(lock: Path) -> bool:
    return subprocess.run(["flock", "--nonblock", lock, "true"]).returncode == 0


def second_container(shop: ComposeShop, service: str) -> Callable[[], bool]:
    return lambda: len(shop.containers(service)) == 2


@pytest.mark.parametrize("service", SERVICES)
def test_an_engine_that_dies_while_compose_replaces_a_service(
    compose: ComposeShop, switched: tuple[Engine, Switch], service: str
) -> None:
    switch = switched[1]
    run = during(compose, COMPOSE[1], second_container(compose, service), switch.off)
    switch.on()
    assert run.status == UNKNOWN
    assert "no version could be verified to serve: the connection to the container engine failed" in run.err
    assert "hint: run `shipit status prod`, then the same command again" in run.err
    compose.compose("start", "proxy")  # the engine ended all containers when it was started again
    finish(compose, COMPOSE[1])
    compose.consistent(COMPOSE[1])


@pytest.fixture
def host_of_compose(switched: tuple[Engine, Switch], compose: ComposeShop) -> Iterator[SshServer]:
    with ssh_server(switched[0]) as server:
        compose.use_ssh(server)
        yield server


@pytest.mark.parametrize("service", SERVICES)
def test_a_connection_that_is_closed_while_compose_replaces_a_service(
    compose: ComposeShop, host_of_compose: SshServer, service: str
) -> None:
    run = during(compose, COMPOSE[1], second_container(compose, service), host_of_compose.close_connections)
    assert run.status in (CONFLICT, REMOTE, UNKNOWN)
    finish(compose, COMPOSE[1])
    compose.consistent(COMPOSE[1])


@pytest.mark.parametrize("service", SERVICES)
def test_a_network_that_is_cut_silently_while_compose_replaces_a_service(
    compose: ComposeShop, host_of_compose: SshServer, service: str
) -> None:
    run = during(compose, COMPOSE[1], second_container(compose, service), host_of_compose.cut)
    host_of_compose.restore()
    assert run.status in (CONFLICT, REMOTE, UNKNOWN)
    finish(compose, COMPOSE[1])
    compose.consistent(COMPOSE[1])


def runs_new(shop: SwarmShop) -> Callable[[], bool]:
    return lambda: shop.apps(SWARM[1], healthcheck=True).digest in shop.runs()


def is_set(shop: SwarmShop) -> Callable[[], bool]:
    return lambda: shop.image.endswith(shop.apps(SWARM[1], healthcheck=True).digest)


@pytest.mark.parametrize("moment", [is_set, runs_new])
def test_an_engine_that_dies_while_the_swarm_updates_a_service(
    service: SwarmShop, moment: Callable[[SwarmShop], Callable[[], bool]]
) -> None:
    switch = service.swarm.nodes[0].switch
    service.environment["LIMITS"] = json.dumps({"SERVICE_SILENCE": 5})
    run = during(service, SWARM[1], moment(service), switch.off)
    switch.on()
    assert run.status == UNKNOWN
    wait_until(lambda: len(service.runs()) == 1)
    finish(service, SWARM[1])
    service.consistent(SWARM[1], 1)


@pytest.mark.parametrize("moment", [is_set, runs_new])
def test_an_engine_that_is_started_again_at_once_while_the_swarm_updates_a_service(
    service: SwarmShop, moment: Callable[[SwarmShop], Callable[[], bool]]
) -> None:
    run = during(service, SWARM[1], moment(service), service.swarm.nodes[0].switch.kill)
    assert run.status in (0, REJECTED)
    finish(service, SWARM[1])
    service.consistent(SWARM[1], 1)


@pytest.fixture
def manager(service: SwarmShop) -> Iterator[SshServer]:
    with ssh_server(service.swarm.manager) as server:
        service.configure(hosts=[server.address])
        key = Path(server.key).read_text()
        service.environment |= {"SHIPIT_SSH_KEY": key, "SHIPIT_SSH_KNOWN_HOSTS": server.known_hosts}
        yield server


@pytest.mark.parametrize("moment", [is_set, runs_new])
def test_a_connection_that_is_closed_while_the_swarm_updates_a_service(
    service: SwarmShop, manager: SshServer, moment: Callable[[SwarmShop], Callable[[], bool]]
) -> None:
    run = during(service, SWARM[1], moment(service), manager.close_connections)
    assert run.status in (CONFLICT, REMOTE, UNKNOWN)
    finish(service, SWARM[1])
    service.consistent(SWARM[1], 1)


@pytest.mark.parametrize("moment", [is_set, runs_new])
def test_a_network_that_is_cut_silently_while_the_swarm_updates_a_service(
    service: SwarmShop, manager: SshServer, moment: Callable[[SwarmShop], Callable[[], bool]]
) -> None:
    run = during(service, SWARM[1], moment(service), manager.cut)
    manager.restore()
    assert run.status in (CONFLICT, REMOTE, UNKNOWN)
    finish(service, SWARM[1])
    service.consistent(SWARM[1], 1)

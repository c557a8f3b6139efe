from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from deployments.shop import Apps, Shop
from deployments.swarm_shop import SwarmShop
from parts.engine import Engine
from parts.fixtures import engine as engine
from parts.fixtures import registry as registry
from parts.fixtures import ssh_server as ssh_server
from parts.fixtures import swarm_of_one as swarm_of_one
from parts.nginx import Nginx, nginx, nginx_container
from parts.registry import Registry
from parts.sshd import SshServer
from parts.swarm import Swarm
from release.runs import Driver, stopped_driver

VARIANTS = ("set", "upstream", "container", "network", "ssh")
RESOLVER = "resolver 127.0.0.11 valid=1s;"  # docker's own; nginx asks it for the names in a variable


@pytest.fixture(scope="session")
def driver(own_environment: None) -> Driver:
    return stopped_driver()


@pytest.fixture(scope="session")
def apps(engine: Engine, registry: Registry) -> Apps:
    """The images of the app, each made once for a worker; 1.0.0 and 1.1.0 have no fault, and are always there."""
    apps = Apps(engine, registry)
    apps("1.0.0")
    apps("1.1.0")
    return apps


@pytest.fixture(scope="session")
def proxies(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Nginx]]:
    """Return the nginx of a variant; each is started once for a worker."""
    started: dict[str, Nginx] = {}
    with ExitStack() as running:

        def proxy(variant: str) -> Nginx:
            if variant not in started:
                started[variant] = running.enter_context(
                    start_proxy(variant, engine, tmp_path_factory.mktemp(variant.replace(" ", "-")))
                )
            return started[variant]

        yield proxy


def start_proxy(variant: str, engine: Engine, place: Path) -> AbstractContextManager[Nginx]:
    """Start the nginx of a variant: `set`, `upstream`, `container` or `network`."""
    if variant in ("container", "network"):
        return _in_container(engine, place, variant)
    name = {"set": "service-url.inc", "upstream": "app.conf"}[variant]
    return nginx(place / name, style="set" if variant == "set" else "upstream")


def _in_container(engine: Engine, place: Path, variant: str) -> AbstractContextManager[Nginx]:
    if variant == "container":
        return nginx_container(engine, place, name="web-host")
    engine.docker("network", "create", NETWORK)
    found = ExitStack()
    proxy = found.enter_context(nginx_container(engine, place, name="web-net", network=NETWORK))
    text = proxy.configuration.read_text()
    proxy.configuration.write_text(text.replace("server_name", f"{RESOLVER}\n        server_name"))
    proxy.reload()
    return _With(found, proxy)


NETWORK = "shops"


class _With:
    def __init__(self, running: ExitStack, proxy: Nginx) -> None:
        self._running, self._proxy = running, proxy

    def __enter__(self) -> Nginx:
        return self._proxy

    def __exit__(self, *error: object) -> None:
        self._running.close()


@pytest.fixture
def new_shop(
    apps: Apps,
    proxies: Callable[[str], Nginx],
    driver: Driver,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[str], Shop]]:
    """Make the project behind the nginx of a variant; one for each test. `ssh` reaches this machine over SSH."""
    with ExitStack() as made:

        def make(variant: str) -> Shop:
            shop = Shop(tmp_path, apps, proxies("set" if variant == "ssh" else variant), driver)
            made.callback(shop.close)
            if variant == "network":
                shop.configure(container={"network": NETWORK})
            if variant == "ssh":
                _over_ssh(shop, request.getfixturevalue("ssh_server"))
            return shop

        yield make


def _over_ssh(shop: Shop, server: SshServer) -> None:
    shop.configure(hosts=[server.address])
    shop.environment |= {"SHIPIT_SSH_KEY": Path(server.key).read_text(), "SHIPIT_SSH_KNOWN_HOSTS": server.known_hosts}


@pytest.fixture
def shop(new_shop: Callable[[str], Shop]) -> Shop:
    """A project behind an nginx of this machine, whose file has `set $service_url ...;`."""
    return new_shop("set")


@pytest.fixture
def swarm_shop(
    engine: Engine, registry: Registry, swarm_of_one: Swarm, driver: Driver, tmp_path: Path
) -> Iterator[SwarmShop]:
    """A project whose target is a service of a swarm of one node; the service does not exist yet."""
    apps = Apps(engine, registry, "acme/swarm")  # the images of the same versions in `acme/shop` have no health check
    shop = SwarmShop(tmp_path, apps, swarm_of_one, driver)
    yield shop
    shop.close()

"""Deployments to a real compose project: two services behind an nginx that looks their names up again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from deployments.compose import SERVICES, ComposeShop
from deployments.proxies import NGINX
from deployments.shop import REFUSED, REJECTED, Apps
from parts.daemon import free_port, wait_until
from parts.engine import Engine
from parts.load import load
from parts.registry import Registry
from parts.sshd import SshServer
from release.runs import Driver

pytestmark = pytest.mark.timeout(600)  # several deployments, each with many processes
VERSIONS = ("1.0.0", "1.1.0")
# Keys that compose resolves before it starts a container, so that each can change the fingerprint of its settings.
MANY_KEYS = {
    "profiles": ["web"],
    "env_file": ["frontend.env", {"path": "missing.env", "required": False}],
    "environment": ["DOLLAR=$$HOME", "UNSET"],
    "labels": {"com.example.team": "web"},
    "volumes": ["./nginx.conf:/nginx.conf:ro", {"type": "tmpfs", "target": "/cache"}],
    "healthcheck": {"test": "wget -q -O /dev/null http://127.0.0.1:8080/health", "interval": "300ms"},
    "depends_on": {"proxy": {"condition": "service_started", "required": False}},
    "deploy": {"resources": {"limits": {"memory": "200M"}}},
    "ulimits": {"nofile": {"soft": 1000, "hard": 2000}},
    "logging": {"driver": "json-file", "options": {"max-size": "10m"}},
    "build": {"context": "."},
    "extra_hosts": ["host.docker.internal:host-gateway"],
}


@pytest.fixture(scope="session")
def apps_of_services(engine: Engine, registry: Registry) -> dict[str, Apps]:
    """The images of both services, each made once for a worker; 1.0.0 and 1.1.0 have no fault."""
    found = {service: Apps(engine, registry, f"acme/{service}") for service in SERVICES}
    for apps in found.values():
        for version in VERSIONS:
            apps(version)
    return found


@pytest.fixture
def shop(apps_of_services: dict[str, Apps], driver: Driver, tmp_path: Path) -> Iterator[ComposeShop]:
    """A project whose containers a person started with `docker compose up`."""
    shop = ComposeShop(tmp_path, apps_of_services, driver, NGINX)
    try:
        shop.up()
        yield shop
    finally:
        shop.close()


def test_two_services_are_replaced_under_load_without_a_lost_request(shop: ComposeShop) -> None:
    shop.configure(bake="2s")
    others = shop.containers("proxy")
    few = partial(shop.load, clients=2, pause=0.05)
    with few("backend") as backend, few("frontend") as frontend:
        for version in ("1.1.0", "1.0.0"):
            shop.deploy(version).succeeded()
            shop.consistent(version)
    for running in (backend, frontend):
        assert running.result.lost == 0, running.result
        assert len(running.result.versions) == 2
    assert shop.containers("proxy") == others


def test_when_the_second_service_fails_both_old_versions_serve(shop: ComposeShop) -> None:
    shop.deploy("1.0.0").succeeded()
    shop.apps["backend"]("2.0.0")
    shop.apps["frontend"]("2.0.0", fail_health=True)
    shop.configure(services={**shop.settings["services"], "frontend": {"health": {"path": "/health", "within": "2s"}}})
    failed = shop.deploy("2.0.0")
    assert failed.status == REJECTED, failed.err
    assert "within 2 seconds: `/health` answered 503" in failed.err
    assert "this was verified" in failed.err
    shop.consistent("1.0.0")
    assert [event.image.version for event in shop.record("backend").events if event.kind == "withdrawn"] == ["2.0.0"]


def test_a_plain_compose_up_is_shown_as_drift_and_a_rollback_goes_back(shop: ComposeShop) -> None:
    shop.deploy("1.1.0").succeeded()
    shop.compose("up", "--detach")
    wait_until(lambda: shop.answers() == {"backend": "1.0.0", "frontend": "version 1.0.0"})
    assert "was started without `compose.shipit.yaml`" in shop.run("status").out
    shop.deploy("1.1.0").succeeded()
    shop.consistent("1.1.0")
    shop.run("rollback", "prod").succeeded()
    shop.consistent("1.0.0")


def test_a_service_with_a_published_port_is_replaced_in_place_with_the_gap_in_the_plan(shop: ComposeShop) -> None:
    port = free_port()
    shop.write(backend={"ports": [f"127.0.0.1:{port}:8080"]})
    shop.up()
    refused = shop.deploy("1.1.0")
    assert refused.status == REFUSED, refused.err
    assert "`downtime = true`" in refused.err
    shop.configure(downtime=True)
    with load(f"http://127.0.0.1:{port}/version", clients=2, pause=0.02) as users:
        shop.deploy("1.1.0").succeeded()
    shop.consistent("1.1.0")
    gap = shop.record("backend").gap
    seen = users.result.longest_gap  # from outside, with the time of a request at each end
    assert 0 < seen < float(gap.removesuffix(" s")) + 0.2 < 60
    assert f"it does not answer meanwhile (last time {gap})" in shop.deploy("1.0.0", "--dry-run").out
    shop.apps["backend"]("2.1.0", exit_now=True)
    shop.apps["frontend"]("2.1.0")
    assert shop.deploy("2.1.0").status == REJECTED
    shop.consistent("1.1.0")


def test_over_ssh_the_files_of_the_repository_are_copied_and_its_commands_run(
    shop: ComposeShop, ssh_server: SshServer
) -> None:
    data, deploy = shop.project / "data", shop.root / "deploy"
    data.mkdir(mode=0o777)
    deploy.mkdir()
    (deploy / "frontend.env").write_text('PASSWORD="a$$b c"\n')
    shop.write(deploy, frontend=MANY_KEYS, backend={"volumes": ["./data:/data"], "environment": {"TABLE": "carts"}})
    backend = {
        **shop.settings["services"]["backend"],
        "migrate": ["sh", "-c", 'test ! -e /data/fail && echo "$TABLE $VERSION" >>/data/migrations'],
        "verify": ['test "$(curl --silent --fail "$SHIPIT_URL/version")" = "$SHIPIT_VERSION"'],
    }
    copied = {"deploy/compose.yaml": "compose.yaml", "deploy/frontend.env": "frontend.env"}
    shop.configure(services={**shop.settings["services"], "backend": backend}, copy=copied)
    shop.use_ssh(ssh_server)
    shop.deploy("1.1.0").succeeded()
    shop.consistent("1.1.0")
    assert (data / "migrations").read_text() == "carts 1.1.0\n"
    assert (shop.project / "frontend.env").read_text() == 'PASSWORD="a$$b c"\n'
    (data / "fail").touch()
    failed = shop.deploy("1.0.0")
    assert (failed.status, "failed with status 1 in 1.0.0" in failed.err) == (REJECTED, True), failed.err
    shop.consistent("1.1.0")

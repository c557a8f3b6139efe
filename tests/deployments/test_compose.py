"""Deployments to a real compose project: two services behind an nginx that looks their names up again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments.compose import RESOLVER, SERVICES, ComposeShop
from deployments.shop import REJECTED, Apps
from parts.daemon import wait_until
from parts.engine import Engine
from parts.registry import Registry
from release.runs import Driver

VERSIONS = ("1.0.0", "1.1.0")


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
    shop = ComposeShop(tmp_path, apps_of_services, driver, RESOLVER)
    try:
        shop.up()
        yield shop
    finally:
        shop.close()


def test_two_services_are_replaced_under_load_without_a_lost_request(shop: ComposeShop) -> None:
    others = shop.containers("proxy")
    with shop.load("backend", "post", pause=0.02) as backend, shop.load("frontend", pause=0.02) as frontend:
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
    assert "not healthy within 2 seconds: `/health` answered 503" in failed.err
    assert "this was verified" in failed.err
    shop.consistent("1.0.0")
    assert shop.events("backend", "withdrawn") == ["2.0.0"]


def test_a_plain_compose_up_is_shown_as_drift_and_a_rollback_goes_back(shop: ComposeShop) -> None:
    shop.deploy("1.1.0").succeeded()
    shop.compose("up", "--detach")
    wait_until(lambda: shop.answers() == {"backend": "1.0.0", "frontend": "version 1.0.0"})
    assert "was started without `compose.shipit.yaml`" in shop.run("status").out
    shop.deploy("1.1.0").succeeded()
    shop.consistent("1.1.0")
    shop.run("rollback", "prod").succeeded()
    shop.consistent("1.0.0")

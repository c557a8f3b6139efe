"""Deployments to a compose project behind nginx, Caddy and Traefik, under load; `make test` leaves this file out.

scripts/install-proxies && DEPLOYMENTS=6 .venv/bin/pytest -n 0 -s tests/deployments/long_compose_proxies.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments.compose import ComposeShop
from deployments.proxies import CADDY, NGINX, TRAEFIK
from deployments.shop import Apps
from deployments.test_compose import apps_of_services as apps_of_services
from parts.load import MODES, Mode
from release.runs import Driver

DEPLOYMENTS = int(os.environ.get("DEPLOYMENTS", "6"))
PROXIES = {"nginx": NGINX, "caddy": CADDY, "traefik": TRAEFIK}
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(params=PROXIES)
def shop(
    apps_of_services: dict[str, Apps], driver: Driver, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[ComposeShop]:
    shop = ComposeShop(tmp_path, apps_of_services, driver, PROXIES[request.param])
    try:
        shop.up()
        yield shop
    finally:
        shop.close()


@pytest.mark.parametrize("mode", MODES)
def test_deployments_lose_no_request(shop: ComposeShop, mode: Mode, request: pytest.FixtureRequest) -> None:
    shop.configure(bake="5s")
    with (
        shop.load("backend", mode, clients=8, pause=0.02) as backend,
        shop.load("frontend", mode, clients=8, pause=0.02) as frontend,
    ):
        for number in range(1, DEPLOYMENTS + 1):
            version = f"1.{number % 2}.0"
            shop.deploy(version).succeeded()
            shop.consistent(version)
    results = (backend.result, frontend.result)
    requests, lost = sum(each.requests for each in results), sum(each.lost for each in results)
    print(f"\n{request.node.name}: {DEPLOYMENTS} deployments, {requests} requests, {lost} lost")  # noqa: T201
    assert lost == 0 or mode == "post", results

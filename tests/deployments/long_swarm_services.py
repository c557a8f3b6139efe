"""Deployments to services of a real swarm: those of a stack, and those whose nodes must log in to the registry.

It takes about two minutes; `make test` leaves this file out, because of its name.

.venv/bin/pytest -n 0 -s tests/deployments/long_swarm_services.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from deployments.shop import Apps
from deployments.swarm_shop import SwarmShop
from parts.daemon import wait_until
from parts.engine import Engine
from parts.fixtures import locked_registry as locked_registry
from parts.registry import Registry
from parts.swarm import NETWORK, Swarm, swarm
from release.runs import Driver

pytestmark = pytest.mark.timeout(600)
STACK = """\
version: "3.8"
services:
  web: &web
    image: ${{SHOP_IMAGE:-{image}}}
    networks: [shops]
    deploy: {{ endpoint_mode: dnsrr, update_config: {{ order: start-first, monitor: 1s }} }}
    stop_grace_period: 1s
  worker: *web
networks:
  shops: {{ external: true, name: {network} }}
"""


def test_a_service_of_a_stack_is_updated_alone_and_a_deployment_of_the_stack_is_seen(
    swarm_shop: SwarmShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, engine = swarm_shop, swarm_shop.swarm.manager
    old, new = (shop.apps(version, healthcheck=True) for version in ("2.0.0", "2.1.0"))
    stack = STACK.format(image=old.reference, network=NETWORK)
    shop.service = "stack_web"
    shop.configure(service=shop.service)
    try:
        engine.docker("stack", "deploy", "--compose-file", "-", "stack", input=stack)
        wait_until(lambda: shop.runs() == [old.digest] == shop.swarm.images("stack_worker"))
        worker = engine.docker("service", "ps", "--quiet", "stack_worker")
        shop.deploy("2.1.0").succeeded()
        assert shop.runs() == [new.digest]
        assert engine.docker("service", "ps", "--quiet", "stack_worker") == worker
        assert shop.inspect()["Spec"]["Labels"]["com.docker.stack.namespace"] == "stack"
        with monkeypatch.context() as environment:
            environment.setenv("SHOP_IMAGE", shop.image)
            engine.docker("stack", "deploy", "--compose-file", "-", "stack", input=stack)
            assert (shop.image.rpartition("@")[2], shop.runs()) == (new.digest, [new.digest])
        engine.docker("stack", "deploy", "--compose-file", "-", "stack", input=stack)
        wait_until(lambda: shop.runs() == [old.digest])
        assert "runs, but 2.1.0" in shop.run("status", "prod").out
        shop.deploy("2.1.0").succeeded()
        assert shop.runs() == [new.digest]
    finally:
        engine.run("stack", "rm", "stack")


def test_the_nodes_pull_with_the_login_of_the_run(
    engine: Engine, locked_registry: Registry, driver: Driver, tmp_path: Path
) -> None:
    apps = Apps(logged_in(engine, locked_registry, tmp_path / "engine"), locked_registry)
    apps("2.0.0", healthcheck=True), apps("2.1.0", healthcheck=True)
    with swarm(locked_registry) as found:
        manager = logged_in(found.manager, locked_registry, tmp_path / "manager")
        shop = SwarmShop(tmp_path, apps, Swarm((replace(found.nodes[0], engine=manager),)), driver)
        shop.create("2.0.0", "--with-registry-auth", replicas=1)
        shop.environment |= found.manager.environment  # without the login
        assert shop.deploy("2.1.0").status == 4
        shop.environment |= {
            "SHIPIT_REGISTRY_USERNAME": locked_registry.username,
            "SHIPIT_REGISTRY_PASSWORD": locked_registry.password,
        }
        shop.deploy("2.1.0").succeeded()
        shop.consistent("2.1.0", 1)
        shop.close()


def logged_in(engine: Engine, registry: Registry, directory: Path) -> Engine:
    """Return an engine whose client is logged in to the registry."""
    found = engine.with_config(directory)
    login = ("login", registry.address, "--username", registry.username, "--password-stdin")
    found.docker(*login, input=registry.password)
    return found

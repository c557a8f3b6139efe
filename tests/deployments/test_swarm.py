"""Deployments to a service of a real swarm of one node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from deployments.shop import REFUSED, REJECTED
from deployments.swarm_shop import SwarmShop

pytestmark = pytest.mark.slow


def test_a_service_gets_the_digest_and_a_rollback_takes_it_back(swarm_shop: SwarmShop) -> None:
    swarm_shop.create("2.0.0", replicas=1)
    old, new = (swarm_shop.apps(version, healthcheck=True) for version in ("2.0.0", "2.1.0"))
    before = swarm_shop.inspect()["Spec"]
    found = json.loads(swarm_shop.deploy("2.1.0", "--json").succeeded().out)
    assert (found["deployed"], found["verified"], found["serving"]) == ("true", "true", new.digest)
    assert swarm_shop.runs() == [new.digest]
    after = swarm_shop.inspect()["Spec"]
    after["Labels"], after["TaskTemplate"]["ContainerSpec"]["Image"] = (
        {},
        before["TaskTemplate"]["ContainerSpec"]["Image"],
    )
    assert after == before
    swarm_shop.run("rollback", "prod", "2.0.0").succeeded()
    assert swarm_shop.runs() == [old.digest]
    assert swarm_shop.deploy("2.1.0").status == REFUSED
    assert swarm_shop.verified() == ["2.1.0", "2.0.0"]


def test_an_update_that_the_swarm_rolled_back_is_exit_6_with_the_error_of_the_task(swarm_shop: SwarmShop) -> None:
    swarm_shop.create("2.0.0", replicas=1)
    swarm_shop.deploy("2.0.0").succeeded()
    swarm_shop.apps("2.8.0", healthcheck=True, exit_now=True)
    failed = swarm_shop.deploy("2.8.0")
    assert failed.status == REJECTED
    assert "the swarm rolled the update back" in failed.err
    assert "its task ended: non-zero exit (3)" in failed.err
    assert "error: cannot start: EXIT_NOW is set" in failed.err
    assert "2.0.0" in failed.err and "serves, as before; this was verified" in failed.err
    assert swarm_shop.runs() == [swarm_shop.apps("2.0.0").digest]


def test_a_migration_runs_once_with_the_settings_of_the_service_and_gets_no_request(
    swarm_shop: SwarmShop, tmp_path: Path
) -> None:
    (data := tmp_path / "data").mkdir()
    docker = swarm_shop.swarm.manager.docker
    docker("network", "create", "--driver", "overlay", "proxied")
    options = ["--network", "name=proxied,alias=web", "--mount", f"type=bind,source={data},target=/data"]
    options += ["--env", "TABLE=carts", "--container-label", "traefik.enable=true"]
    swarm_shop.create("2.0.0", *options, "--label", "com.docker.stack.namespace=shop", replicas=1)
    swarm_shop.apps("2.1.0", healthcheck=True)
    swarm_shop.configure(migrate=["sh", "-c", 'echo "$TABLE $VERSION" >>/data/migrations'])
    for _ in range(2):
        swarm_shop.deploy("2.1.0").succeeded()
    assert (data / "migrations").read_text() == "carts 2.1.0\n"
    (job,) = json.loads(docker("service", "inspect", f"{swarm_shop.service}-migrate"))
    assert job["Spec"]["Labels"]["com.docker.stack.namespace"] == "shop"
    assert "Labels" not in job["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert (aliases(swarm_shop.inspect()), aliases(job)) == (["web"], [])


def aliases(service: dict[str, Any]) -> list[str]:
    """Return the further names that a service has in its networks."""
    networks = service["Spec"]["TaskTemplate"]["Networks"]
    return [name for network in networks for name in network.get("Aliases") or ()]


def test_a_check_that_fails_after_the_update_is_exit_6_and_the_earlier_version_serves(swarm_shop: SwarmShop) -> None:
    swarm_shop.create("2.0.0", replicas=1)
    old, _ = (swarm_shop.apps(version, healthcheck=True) for version in ("2.0.0", "2.1.0"))
    swarm_shop.deploy("2.0.0").succeeded()
    swarm_shop.configure(verify=['echo "no cart in $SHIPIT_VERSION"; exit 1'])
    failed = swarm_shop.deploy("2.1.0")
    assert (failed.status, swarm_shop.runs()) == (REJECTED, [old.digest])
    assert "no cart in 2.1.0" in failed.err

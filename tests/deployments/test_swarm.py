"""Deployments to a service of a real swarm of one node."""

from __future__ import annotations

import json

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

"""Deployments to a cluster that are killed by SIGKILL at each write or at a random time, and then run again: 114 kills.

pytest -n 2 tests/clusters/long_killed.py
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from clusters.shop import REFUSED, REJECTED, Shop
from parts.kubernetes.node import App
from release.runs import Run

WHENS = ("before", "after")
STOPS = [(at, when) for at in range(1, 6) for when in WHENS]
RANDOM = 60
LONGEST = 12.0  # seconds; about as long as a deployment takes here


def killed(shop: Shop, at: int, when: str, *arguments: str) -> Run:
    """Run shipit, kill it before or after a write, and return the next run."""
    first = shop.run(*arguments, env={"STOP_AT": str(at), "STOP_WHEN": when})
    assert first.killed, first.err
    return shop.run(*arguments)


@pytest.mark.parametrize(("at", "when"), STOPS)
def test_a_killed_deployment_is_finished_by_the_same_command(shop: Shop, at: int, when: str) -> None:
    shop.push("1.0.0")
    killed(shop, at, when, "deploy", "prod", "1.0.0").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-1] == "verified 1.0.0"


@pytest.mark.parametrize(("at", "when"), STOPS)
def test_a_killed_deployment_of_a_broken_image_ends_with_the_earlier_one(shop: Shop, at: int, when: str) -> None:
    shop.push("1.0.0", App(missing=True))
    second = killed(shop, at, when, "deploy", "prod", "1.0.0")
    assert second.status in (REFUSED, REJECTED), second.err
    assert shop.runs() == ["0.9.0", "0.9.0"]


@pytest.mark.parametrize(("at", "when"), STOPS)
def test_a_killed_rollback_is_finished_by_the_same_command(new_shop: Callable[[], Shop], at: int, when: str) -> None:
    shop = new_shop()
    shop.apply()
    for version in ("1.0.0", "1.1.0"):
        shop.push(version)
        shop.deploy(version).succeeded()
    killed(shop, at, when, "rollback", "prod").succeeded()
    finished = (at, when) == (5, "after")  # so that the second rollback goes back once more
    assert shop.runs() == ["0.9.0" if finished else "1.0.0"] * 2
    assert "held 1.1.0" in shop.record


@pytest.mark.parametrize(("at", "when"), [*STOPS, *((6, when) for when in WHENS)])
def test_a_killed_deployment_with_a_migration_is_finished_and_runs_it_once(shop: Shop, at: int, when: str) -> None:
    shop.configure(migrate=["app", "--migrate"], verify=["true"])
    shop.push("1.0.0")
    killed(shop, at, when, "deploy", "prod", "1.0.0").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    (pod,) = (pod for pod in shop.pods() if pod["spec"].get("restartPolicy") == "Never")
    assert shop.digest("1.0.0") in pod["spec"]["containers"][0]["image"]


@pytest.mark.parametrize(("at", "when"), [(at, when) for at in range(1, 7) for when in WHENS])
def test_a_killed_deployment_of_an_image_that_fails_later_ends_with_the_earlier_one(
    shop: Shop, at: int, when: str
) -> None:
    shop.configure(bake="8s")
    shop.push("1.0.0", App(fails=4))
    first = shop.run("deploy", "prod", "1.0.0", env={"STOP_AT": str(at), "STOP_WHEN": when})
    assert first.killed, first.err
    second = shop.deploy("1.0.0")
    assert second.status in (REFUSED, REJECTED), second.err
    assert shop.runs() == ["0.9.0", "0.9.0"]


@pytest.mark.parametrize("number", range(RANDOM))
def test_a_deployment_that_is_killed_at_any_time_is_finished_by_the_same_command(
    new_shop: Callable[[], Shop], number: int
) -> None:
    shop, chance = new_shop(), random.Random(number)
    shop.apply()
    shop.configure(bake="2s")
    shop.push("1.0.0", App(ready=chance.choice([0, 1, 3])))
    running = shop.start("deploy", "prod", "1.0.0")
    time.sleep(chance.uniform(0.5, LONGEST))
    running.kill()
    running.wait()
    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-1] == "verified 1.0.0"

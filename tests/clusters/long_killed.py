"""Deployments to a cluster that are killed by SIGKILL at each write or at a random time, and then run again: 114 kills.

pytest -n 4 tests/clusters/long_killed.py

RESULTS=FILE gets a line for each random time: the seconds, and whether the deployment still ran.
"""

from __future__ import annotations

import json
import os
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
LEASE = 6  # seconds, so that less time is spent on waiting for the lock of a killed run


@pytest.fixture
def new_shop(new_shop: Callable[[], Shop]) -> Callable[[], Shop]:
    def with_short_lease() -> Shop:
        shop = new_shop()
        shop.environment["LIMITS"] = json.dumps({"LEASE": LEASE})
        return shop

    return with_short_lease


def killed(shop: Shop, at: int, when: str, *arguments: str) -> Run:
    """Run shipit, kill it before or after a write, and return the next run."""
    first = shop.run(*arguments, env={"STOP_AT": str(at), "STOP_WHEN": when})
    assert first.killed, first.err
    return after(first, shop.run(*arguments))


def after(killed: Run, again: Run) -> Run:
    """Return the run after a killed one; its errors also show those of the killed one."""
    return Run(again.status, again.out, f"{again.err}\nthe killed run (status {killed.status}):\n{killed.err}")


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
    shop.configure(bake="8s", within="30s")  # a run that begins after the pods failed waits for them
    shop.push("1.0.0", App(fails=4))
    first = shop.run("deploy", "prod", "1.0.0", env={"STOP_AT": str(at), "STOP_WHEN": when})
    assert first.killed, first.err
    second = after(first, shop.deploy("1.0.0"))
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
    running, seconds = shop.start("deploy", "prod", "1.0.0"), chance.uniform(0.5, LONGEST)
    time.sleep(seconds)
    running.kill()
    first = running.end()
    with open(os.environ.get("RESULTS", os.devnull), "a", encoding="utf-8") as results:
        results.write(f"{number}: {seconds:.1f} s, {'killed' if first.killed else 'ended before'}\n")
    after(first, shop.deploy("1.0.0")).succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert shop.record[-1] == "verified 1.0.0"

"""Deployments to a cluster that are killed by SIGKILL at each write, and then run again: a few minutes.

pytest -n 0 -s tests/clusters/long_killed.py
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clusters.shop import REFUSED, REJECTED, Shop
from parts.kubernetes.node import App
from release.runs import Run

STOPS = [(at, when) for at in range(1, 5) for when in ("before", "after")]


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


@pytest.mark.parametrize(("at", "when"), [*STOPS, (5, "before"), (5, "after")])
def test_a_killed_rollback_is_finished_by_the_same_command(new_shop: Callable[[], Shop], at: int, when: str) -> None:
    shop = new_shop()
    shop.apply()
    for version in ("1.0.0", "1.1.0"):
        shop.push(version)
        shop.deploy(version).succeeded()
    second = killed(shop, at, when, "rollback", "prod")
    if (at, when) == (5, "after"):  # it was finished, and there is nothing before 1.0.0
        assert "there is no earlier version to go back to" in second.err
    else:
        second.succeeded()
    assert shop.runs() == ["1.0.0", "1.0.0"]
    assert "held 1.1.0" in shop.record

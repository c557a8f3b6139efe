"""Deployments one after the other, while users send requests: none is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deployments.conftest import VARIANTS
from deployments.shop import Shop
from parts.load import Mode


@pytest.mark.parametrize("variant", VARIANTS)
def test_three_deployments_lose_no_request(new_shop: Callable[[str], Shop], variant: str) -> None:
    shop = new_shop(variant)
    deploys(shop, 3, "close")


def deploys(shop: Shop, count: int, mode: Mode) -> None:
    """Deploy two versions in turn under load."""
    versions = ("1.0.0", "1.1.0")
    shop.deploy(versions[0]).succeeded()
    with shop.load(mode, pause=0.01) as running:
        for number in range(1, count + 1):
            shop.deploy(versions[number % 2]).succeeded()
    result = running.result
    assert result.lost == 0, result
    assert set(result.versions) == {f"version {version}" for version in versions}
    shop.consistent(versions[count % 2])

"""Deployments one after the other, while users send requests: no request is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from deployments.shop import Shop
from parts.load import Mode


@pytest.mark.parametrize(
    ("variant", "mode"), [("set", "keep"), ("upstream", "close"), ("container", "keep"), ("network", "close")]
)
def test_deployments_in_a_row_lose_no_request(new_shop: Callable[[str], Shop], variant: str, mode: Mode) -> None:
    shop, versions, count = new_shop(variant), ("1.0.0", "1.1.0"), 2
    shop.deploy(versions[0]).succeeded()
    with shop.load(mode, pause=0.05) as running:
        for number in range(1, count + 1):
            shop.deploy(versions[number % 2]).succeeded()
    result = running.result
    assert result.lost == 0, result
    assert set(result.versions) == {f"version {version}" for version in versions}
    shop.consistent(versions[count % 2])
